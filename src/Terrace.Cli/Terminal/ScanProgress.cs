namespace Terrace.Cli.Terminal;

/// <summary>Shows how far some scans are, unless they are soon over: then only their result.</summary>
internal static class ScanProgress
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(2);

    /// <summary>What is to be told before each scan how many are done.</summary>
    public static Action<int> On(StatusLine status, int scans, TimeSpan interval)
    {
        bool slow = interval >= s_long / scans;
        long start = TimeProvider.System.GetTimestamp();
        return done =>
        {
            if (slow || TimeProvider.System.GetElapsedTime(start) >= s_long)
            {
                status.Show($"scan {done + 1} of {scans}", (double)done / scans);
            }
        };
    }
}
