namespace Terrace.Host.Metrics;

/// <summary>What became of one attempt to deliver.</summary>
/// <param name="Problem">Why it was not delivered; null when it was.</param>
/// <param name="MayRetry">The same may be sent again (OTLP specification, "Retryable Response Codes" and "All Other Responses").</param>
/// <param name="RetryAfter">How long the collector asks to be left alone; null when it does not say.</param>
internal readonly record struct OtlpAnswer(string? Problem, bool MayRetry = false, TimeSpan? RetryAfter = null);
