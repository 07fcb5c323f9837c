namespace Terrace.Architecture.Tests.Samples;

/// <summary>Uses what Core must not, on purpose: the check must find it in this assembly.</summary>
internal static class AmbientTime
{
    public static long Read() => System.Diagnostics.Stopwatch.GetTimestamp() + DateTime.UtcNow.Ticks + Random.Shared.Next();

    public static bool Look() => File.Exists("/proc/version");
}
