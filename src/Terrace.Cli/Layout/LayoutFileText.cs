using System.Globalization;
using System.Text;
using Terrace.Core.Layout;

namespace Terrace.Cli.Layout;

/// <summary>Writes layout files that <see cref="LayoutFile"/> reads.</summary>
internal static class LayoutFileText
{
    /// <summary>A layout as a file, under a line of comment.</summary>
    /// <param name="layout">What it says.</param>
    /// <param name="pages">Pages of the memory that it is for.</param>
    /// <param name="comment">One line.</param>
    public static string Of(MemoryLayout layout, ulong pages, string comment)
    {
        StringBuilder text = new();
        text.Append(
            CultureInfo.InvariantCulture, $"# {comment.ReplaceLineEndings(" ")}\nversion: 1\nsize: {PageText.Format(pages)}\nranges:\n");
        foreach (FrameRange range in layout.Ranges)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"- {{ from: {PageText.Format(range.Start)}, to: {PageText.Format(range.End)}, node: {range.Node} }}\n");
        }

        return text.ToString();
    }
}
