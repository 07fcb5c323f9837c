namespace Terrace.Fuzz.Campaigns;

/// <summary>Something that went wrong, and the input that shows it.</summary>
/// <param name="What">The exception and where it was thrown, or what happened to the process.</param>
/// <param name="IsHang">It took too long.</param>
/// <param name="Input">The input.</param>
internal sealed record Fault(string What, bool IsHang, byte[] Input)
{
    /// <summary>Runs an input again; null when nothing goes wrong.</summary>
    public static Fault? Of(IFuzzTarget target, byte[] input)
    {
        try
        {
            target.Run(input);
            return null;
        }
        catch (Exception error)
        {
            string? place = error.StackTrace?.Split('\n')
                .Select(line => line.Trim()).FirstOrDefault(line => line.Contains(" Terrace.", StringComparison.Ordinal)
                    && !line.Contains("Expect.That", StringComparison.Ordinal));
            return new Fault($"{error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")} {place}", IsHang: false, input);
        }
    }
}
