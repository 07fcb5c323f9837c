using System.Globalization;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Terrace.Host.Http;

/// <summary>Answers each request that Kestrel has read: who may ask, what, and how often; then the page of the path.</summary>
internal sealed class WebDispatch(WebLimits limits, IReadOnlyDictionary<string, RequestDelegate> pages, WebPlaces places, ILogger log)
    : IHttpApplication<HttpContext>, IDisposable
{
    // Tokens come when somebody asks, not by a timer: an idle server sleeps.
    private readonly TokenBucketRateLimiter _rate = new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = limits.RequestsPerSecond,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1.0 / limits.RequestsPerSecond),
        AutoReplenishment = false,
        QueueLimit = 0,
    });

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.Headers.XContentTypeOptions = "nosniff";
        if (!limits.KeepAlive)
        {
            response.Headers.Connection = "close";
        }

        places.SetAsking(context.Features, isAsking: true);
        try
        {
            await (StatusFor(context.Request) is { } refused ? RefuseAsync(response, refused) : pages[PathOf(context.Request)](context));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went.
        }
        catch (Exception error) when (error is not BadHttpRequestException && !response.HasStarted)
        {
            WebLog.PageFailed(log, PathOf(context.Request), error.Message);
            response.Clear();
            response.Headers.Connection = "close";
            await RefuseAsync(response, StatusCodes.Status500InternalServerError);
        }
        finally
        {
            places.SetAsking(context.Features, isAsking: false);
        }
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // It holds nothing.
    }

    public void Dispose() => _rate.Dispose();

    /// <summary>The status to refuse a request with; null when its page is to answer.</summary>
    private int? StatusFor(HttpRequest request)
    {
        _rate.TryReplenish();
        using RateLimitLease lease = _rate.AttemptAcquire();
        string? host = request.Headers.Host.Count == 0 ? null : request.Headers.Host.ToString();
        return !lease.IsAcquired ? StatusCodes.Status429TooManyRequests
            : !HostName.IsThisHost(host) ? StatusCodes.Status403Forbidden
            : !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) ? StatusCodes.Status405MethodNotAllowed
            : !pages.ContainsKey(PathOf(request)) ? StatusCodes.Status404NotFound
            : null;
    }

    private static string PathOf(HttpRequest request) => request.Path.Value ?? "";

    private static Task RefuseAsync(HttpResponse response, int status)
    {
        string words = status switch
        {
            StatusCodes.Status403Forbidden => "Forbidden",
            StatusCodes.Status404NotFound => "Not Found",
            StatusCodes.Status405MethodNotAllowed => "Method Not Allowed",
            StatusCodes.Status429TooManyRequests => "Too Many Requests",
            _ => "Internal Server Error",
        };
        response.StatusCode = status;
        if (status == StatusCodes.Status405MethodNotAllowed)
        {
            response.Headers.Allow = "GET, HEAD";
        }
        else if (status == StatusCodes.Status429TooManyRequests)
        {
            response.Headers.RetryAfter = 1.ToString(CultureInfo.InvariantCulture);
        }

        return WebAnswer.WriteAsync(response, "text/plain; charset=utf-8", Encoding.ASCII.GetBytes(words + "\n"));
    }
}
