namespace Terrace.Fuzz;

/// <summary>A parser, or some that belong together, as a fuzzer sees them: bytes go in, and nothing may go wrong.</summary>
internal interface IFuzzTarget
{
    /// <summary>What it is called on the command line.</summary>
    string Name { get; }

    /// <summary>What it reads, in a few words.</summary>
    string Reads { get; }

    /// <summary>Longest input, bytes. What is longer only makes each run slower.</summary>
    int MaxBytes => 2048;

    /// <summary>Words of the format, which a fuzzer would hardly guess.</summary>
    IReadOnlyList<string> Words { get; }

    /// <summary>Inputs to begin with: real ones where there are any.</summary>
    IEnumerable<byte[]> Seeds { get; }

    /// <summary>
    /// Reads one input. Returns whatever the input is; throws when a parser throws, or when what it returned cannot be
    /// (<see cref="Expect"/>).
    /// </summary>
    void Run(ReadOnlySpan<byte> input);
}
