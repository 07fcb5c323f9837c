using System.Globalization;
using System.Security;
using System.Text;

namespace Terrace.Reports.Pictures;

/// <summary>Draws SVG 1.1; cells are embedded as PNG, so that the file stays small and opens in any browser.</summary>
internal sealed class SvgCanvas(int width, int height) : ICanvas
{
    private readonly StringBuilder _svg = new StringBuilder().Append(
        CultureInfo.InvariantCulture,
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{width}\" height=\"{height}\" "
            + $"viewBox=\"0 0 {width} {height}\" font-family=\"system-ui, 'DejaVu Sans', Arial, sans-serif\">\n");

    public void Fill(double x, double y, double width, double height, Rgb colour) =>
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" fill=\"{colour}\"/>\n");

    public void Line(IReadOnlyList<(double X, double Y)> points, Rgb colour, double width)
    {
        _svg.Append("<polyline fill=\"none\" stroke-linejoin=\"round\" points=\"");
        foreach ((double x, double y) in points)
        {
            _svg.Append(CultureInfo.InvariantCulture, $"{x:0.##},{y:0.##} ");
        }

        _svg.Append(CultureInfo.InvariantCulture, $"\" stroke=\"{colour}\" stroke-width=\"{width:0.##}\"/>\n");
    }

    public void Text(double x, double y, string text, Rgb colour, double size, double anchor = 0)
    {
        string position = anchor == 0 ? "start" : anchor == 1 ? "end" : "middle";
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{x:0.##}\" y=\"{y:0.##}\" font-size=\"{size:0.##}\" fill=\"{colour}\" "
                + $"text-anchor=\"{position}\">{SecurityElement.Escape(text)}</text>\n");
    }

    public void Image(double x, double y, double width, double height, Raster raster) =>
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<image x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" preserveAspectRatio=\"none\" "
                + $"style=\"image-rendering:pixelated\" "
                + $"xlink:href=\"data:image/png;base64,{Convert.ToBase64String(PngEncoder.Encode(raster))}\"/>\n");

    /// <summary>The finished document.</summary>
    public override string ToString() => _svg + "</svg>\n";
}
