using System.Text;

namespace Terrace.Cli.Terminal;

/// <summary>Writes <see cref="PlainAscii"/> of all that is written to it.</summary>
/// <param name="writer">Where it goes.</param>
internal sealed class AsciiWriter(TextWriter writer) : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.ASCII;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer) => writer.Write(PlainAscii.Of(buffer));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => writer.WriteLine(PlainAscii.Of(value));

    /// <inheritdoc/>
    public override void Flush() => writer.Flush();
}
