namespace Terrace.Core.Tests.Tracking;

/// <summary>Assertions of trials, which run where no test framework does too.</summary>
internal static class Agreement
{
    /// <summary>Throws when they differ.</summary>
    public static void Of<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new InvalidOperationException($"expected {expected}, got {actual}");
        }
    }
}
