using System.Globalization;
using System.Security;
using System.Text;
using Terrace.Reports.Pictures.Letters;

namespace Terrace.Reports.Pictures;

/// <summary>
/// Draws SVG 1.1. Text stays text and notes are titles, which browsers show next to the pointer; cells are embedded as PNG, so that the
/// file stays small and opens in any browser.
/// </summary>
internal sealed class SvgCanvas : ICanvas
{
    private readonly StringBuilder _svg = new();
    private readonly StringBuilder _notes = new();

    /// <summary>Begins a document of this size, with a title and a description for those who cannot see it.</summary>
    public SvgCanvas(int width, int height, string title, string description) =>
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" role=\"img\" width=\"{width}\" "
                + $"height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"{PictureLetters.Families}\">\n"
                + $"<title>{Escape(title)}</title>\n<desc>{Escape(description)}</desc>\n");

    public int Density => 2;

    public void Fill(double x, double y, double width, double height, Rgb colour) =>
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" fill=\"{colour}\"/>\n");

    public void Line(IReadOnlyList<(double X, double Y)> points, Rgb colour, double width, double dash = 0)
    {
        _svg.Append("<polyline fill=\"none\" stroke-linejoin=\"round\" points=\"");
        foreach ((double x, double y) in points)
        {
            _svg.Append(CultureInfo.InvariantCulture, $"{x:0.##},{y:0.##} ");
        }

        _svg.Append(CultureInfo.InvariantCulture, $"\" stroke=\"{colour}\" stroke-width=\"{width:0.##}\"");
        if (dash > 0)
        {
            _svg.Append(CultureInfo.InvariantCulture, $" stroke-dasharray=\"{dash:0.##}\"");
        }

        _svg.Append("/>\n");
    }

    public void Dot(double x, double y, double radius, Rgb colour) =>
        _svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"{radius:0.##}\" fill=\"{colour}\"/>\n");

    public void Text(double x, double y, string text, Rgb colour, double size, double anchor = 0)
    {
        string position = anchor == 0 ? "start" : anchor == 1 ? "end" : "middle";
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{x:0.##}\" y=\"{y:0.##}\" font-size=\"{size:0.##}\" fill=\"{colour}\" "
                + $"text-anchor=\"{position}\">{Escape(text)}</text>\n");
    }

    public void Image(double x, double y, double width, double height, Raster raster) =>
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<image x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" preserveAspectRatio=\"none\" "
                + $"style=\"image-rendering:pixelated\" "
                + $"xlink:href=\"data:image/png;base64,{Convert.ToBase64String(PngEncoder.Encode(raster))}\"/>\n");

    public void Note(double x, double y, double width, double height, string text) =>
        _notes.Append(
            CultureInfo.InvariantCulture,
            $"<rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{width:0.#}\" height=\"{height:0.#}\"><title>{Escape(text)}</title></rect>\n");

    /// <summary>The finished document. Notes lie above all else, where the pointer finds them.</summary>
    public override string ToString() => $"{_svg}<g fill-opacity=\"0\">\n{_notes}</g>\n</svg>\n";

    // What XML cannot hold, for example an escape sign in a process's name, is left out.
    private static string Escape(string text) =>
        SecurityElement.Escape(string.Concat(text.Where(sign => sign >= ' ' || sign is '\n')));
}
