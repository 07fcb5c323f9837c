using System.Globalization;

namespace Terrace.Linux.Kernel;

/// <summary>
/// What the values of a kernel setting look like: to people, who write <c>on</c> or <c>2</c>, and to the kernel, whose files have forms of
/// their own. Within Terrace a value is always the people's form.
/// </summary>
public sealed class KnobForm
{
    private readonly Func<string, string?> _accept;
    private readonly Func<string, string?> _read;
    private readonly Func<string, string> _write;

    private KnobForm(string expected, Func<string, string?> accept, Func<string, string?> read, Func<string, string>? write = null)
    {
        Expected = expected;
        _accept = accept;
        _read = read;
        _write = write ?? (value => value);
    }

    /// <summary>
    /// <c>on</c> or <c>off</c>; the kernel prints true, false, 1 or 0, and every version of it takes 1 and 0 (kstrtobool,
    /// lib/kstrtox.c).
    /// </summary>
    public static KnobForm Switch { get; } = new("on or off", SwitchOf, SwitchOf, value => value == "on" ? "1" : "0")
    { Words = ["on", "off"] };

    /// <summary>
    /// The parts of the multi-generational LRU, a mask that is printed as <c>0x0007</c> (Documentation/admin-guide/mm/multigen_lru.rst);
    /// <c>on</c> is all of them, of which the kernel keeps those that the CPU can do.
    /// </summary>
    public static KnobForm LruGenMask { get; } = new(
        "on, off, or a mask of 0x0000 to 0x0007", AcceptMask, text => MaskOf(text, uint.MaxValue))
    { Words = ["on", "off"] };

    /// <summary>The values that are words, for shells to suggest; none of a number.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    /// <summary>What may be written, in words.</summary>
    public string Expected { get; }

    /// <summary>A whole number in a range. A value that the kernel holds already is read even where it lies outside.</summary>
    public static KnobForm Number(long min, long max) => new(
        $"a whole number of {min} to {max}",
        text => NumberOf(text) is { } number && number >= min && number <= max ? Text(number) : null,
        text => NumberOf(text) is { } number ? Text(number) : null);

    /// <summary>One of some words; the kernel prints all of them with the present one in brackets.</summary>
    public static KnobForm Choice(params string[] words) => new(
        string.Join(", ", words[..^1]) + " or " + words[^1],
        text => words.Contains(text, StringComparer.Ordinal) ? text : null,
        text => Bracketed(text) is { } word && words.Contains(word, StringComparer.Ordinal) ? word : null)
    { Words = words };

    /// <summary>What a person wrote as a value, or null when it is none.</summary>
    public string? Accept(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _accept(text.Trim());
    }

    /// <summary>What the kernel's file says as a value, or null when it cannot be understood.</summary>
    public string? Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _read(text.Trim());
    }

    /// <summary>True for a value that <see cref="Read"/> could have returned, as opposed to any other text.</summary>
    public bool IsValue(string value) => _read(value) == value || _accept(value) == value;

    /// <summary>What to write to the kernel's file for a value.</summary>
    public string ToKernel(string value) => _write(value);

    private static string? SwitchOf(string text) => text.ToLowerInvariant() switch
    {
        "on" or "1" or "true" or "yes" or "y" => "on",
        "off" or "0" or "false" or "no" or "n" => "off",
        _ => null,
    };

    private static string? AcceptMask(string text) => SwitchOf(text) switch
    {
        _ when MaskOf(text, max: 7) is { } mask => mask,
        "on" => "0x0007",
        "off" => "0x0000",
        _ => null,
    };

    private static string? MaskOf(string text, uint max)
    {
        bool hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool read = hex
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint mask)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out mask);
        return read && mask <= max ? $"0x{mask:x4}" : null;
    }

    private static long? NumberOf(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? Bracketed(string text)
    {
        int start = text.IndexOf('[', StringComparison.Ordinal);
        int end = text.IndexOf(']', StringComparison.Ordinal);
        return start >= 0 && end > start ? text[(start + 1)..end] : null;
    }
}
