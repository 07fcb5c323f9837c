using Microsoft.AspNetCore.Http;

namespace Terrace.Host.Http;

/// <summary>Writes whole answers.</summary>
internal static class WebAnswer
{
    /// <summary>Sends a body with its type and length; only those when the request is HEAD.</summary>
    public static async Task WriteAsync(HttpResponse response, string contentType, ReadOnlyMemory<byte> body)
    {
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method))
        {
            await response.BodyWriter.WriteAsync(body, response.HttpContext.RequestAborted);
        }
    }
}
