using Terrace.Reports.Pictures;

namespace Terrace.Reports.Tests.Pictures;

/// <summary>
/// Colours as people see them: with red, green or blue cones that do not work (matrices of Machado, Oliveira and Fernandes, 2009, for
/// linear RGB), as differences in CIELAB (ΔE 1976: about 2.3 can just be noticed).
/// </summary>
public sealed class HeatColoursTests
{
    private const double Clear = 25;
    private const double ReadableContrast = 4.5;

    private static readonly double[][] s_normal = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
    private static readonly double[][] s_protanopia =
    [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ];

    private static readonly double[][] s_deuteranopia =
    [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ];

    private static readonly double[][] s_tritanopia =
    [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
    ];

    private static IEnumerable<double[][]> Eyes => [s_normal, s_protanopia, s_deuteranopia, s_tritanopia];

    private static IEnumerable<double> Heats => Enumerable.Range(0, 41).Select(step => step / 40.0);

    [Fact]
    public void Tiers_differ_clearly_at_every_heat_for_all_eyes() =>
        Assert.All(Eyes, eyes => Assert.All(Heats, heat => Assert.InRange(
            Difference(HeatColours.Of(heat, fast: true), HeatColours.Of(heat, fast: false), eyes), Clear, 200)));

    [Fact]
    public void Hotter_is_brighter_for_all_eyes()
    {
        foreach (double[][] eyes in Eyes)
        {
            foreach (bool fast in new[] { true, false })
            {
                double[] lightness = [.. Heats.Select(heat => Lab(HeatColours.Of(heat, fast), eyes).L)];
                Assert.Equal(lightness.Order(), lightness);
                Assert.True(lightness[^1] > lightness[0] + 60);
            }
        }
    }

    [Fact]
    public void What_is_no_heat_is_not_taken_for_one()
    {
        foreach (double[][] eyes in Eyes)
        {
            Assert.All(Heats, heat => Assert.True(Difference(HeatColours.Of(heat, true), HeatColours.UnseenStripe, eyes) > 12));
            Assert.All(Heats, heat => Assert.True(Difference(HeatColours.Of(heat, false), HeatColours.UnseenStripe, eyes) > 8));
            Assert.True(Difference(HeatColours.Unseen, HeatColours.UnseenStripe, eyes) > 12);
            Assert.True(Difference(HeatColours.Unseen, HeatColours.Unmapped, eyes) > 5);
        }
    }

    [Fact]
    public void Lines_of_one_plot_differ_for_all_eyes()
    {
        Rgb[][] plots = [[PictureInk.Pages, PictureInk.Estimate, PictureInk.Exact], [PictureInk.Up, PictureInk.Down]];
        foreach (double[][] eyes in Eyes)
        {
            foreach (Rgb[] colours in plots)
            {
                IEnumerable<(Rgb A, Rgb B)> pairs = from a in colours from b in colours where a != b select (a, b);
                Assert.All(pairs, pair => Assert.True(Difference(pair.A, pair.B, eyes) > Clear));
            }
        }
    }

    [Fact]
    public void Letters_stand_out_from_the_paper() =>
        Assert.All(
            new[] { PictureInk.Text, PictureInk.Faint, PictureInk.Pages, PictureInk.Exact, PictureInk.Phase },
            colour => Assert.True(1.05 / (Luminance(colour) + 0.05) >= ReadableContrast, colour.ToString()));

    [Fact]
    public void Parts_of_a_mix_are_as_high_as_their_share_of_the_pages()
    {
        HeatMix mix = default;
        mix.Add(PageKind.OftenFast, 10, 10);
        mix.Add(PageKind.OftenSlow, 20, 16);
        mix.Add(PageKind.RareFast, 30, 6);
        mix.Add(PageKind.RareSlow, 40, 0);
        Rgb[] column = [.. Enumerable.Range(0, 100).Select(y => HeatColours.At(mix, (y + 0.5) / 100))];
        Assert.Equal(
            [
                (HeatColours.Of(1, true), 10),
                (HeatColours.Of(0.8, false), 20),
                (HeatColours.Of(0.2, true), 30),
                (HeatColours.Of(0, false), 40),
            ],
            column.CountBy(colour => colour).Select(part => (part.Key, part.Value)));
    }

    private static double Difference(Rgb a, Rgb b, double[][] eyes)
    {
        (double l1, double a1, double b1) = Lab(a, eyes);
        (double l2, double a2, double b2) = Lab(b, eyes);
        return Math.Sqrt(Math.Pow(l1 - l2, 2) + Math.Pow(a1 - a2, 2) + Math.Pow(b1 - b2, 2));
    }

    private static double Luminance(Rgb colour) => (0.2126 * Linear(colour.R)) + (0.7152 * Linear(colour.G)) + (0.0722 * Linear(colour.B));

    // sRGB (IEC 61966-2-1) to CIELAB with the white of D65.
    private static (double L, double A, double B) Lab(Rgb colour, double[][] eyes)
    {
        double[] linear = [Linear(colour.R), Linear(colour.G), Linear(colour.B)];
        double[] seen = [.. eyes.Select(row => Math.Clamp(row.Zip(linear, (weight, light) => weight * light).Sum(), 0, 1))];
        double x = ((0.4124564 * seen[0]) + (0.3575761 * seen[1]) + (0.1804375 * seen[2])) / 0.95047;
        double y = (0.2126729 * seen[0]) + (0.7151522 * seen[1]) + (0.0721750 * seen[2]);
        double z = ((0.0193339 * seen[0]) + (0.1191920 * seen[1]) + (0.9503041 * seen[2])) / 1.08883;
        return ((116 * Root(y)) - 16, 500 * (Root(x) - Root(y)), 200 * (Root(y) - Root(z)));
    }

    private static double Linear(byte channel) =>
        channel / 255.0 is var value && value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);

    private static double Root(double value) => value > 0.008856 ? Math.Cbrt(value) : (7.787 * value) + (16 / 116.0);
}
