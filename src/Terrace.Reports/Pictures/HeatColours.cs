namespace Terrace.Reports.Pictures;

/// <summary>
/// Colours of pages: hue is the tier that holds them, orange for fast memory and blue for slower memory, and brightness is heat. With
/// each common form of colour blindness the two differ clearly at every heat.
/// </summary>
internal static class HeatColours
{
    private static readonly Rgb[] s_fast = [new(70, 34, 10), new(148, 66, 12), new(222, 114, 24), new(252, 180, 62), new(255, 232, 150)];
    private static readonly Rgb[] s_slow = [new(10, 26, 66), new(14, 66, 136), new(30, 118, 204), new(100, 182, 242), new(204, 234, 255)];

    /// <summary>Addresses without pages.</summary>
    public static Rgb Unmapped { get; } = new(244, 244, 242);

    /// <summary>What was not looked at yet: stripes of these two.</summary>
    public static Rgb Unseen { get; } = new(222, 222, 220);

    /// <inheritdoc cref="Unseen"/>
    public static Rgb UnseenStripe { get; } = new(176, 176, 174);

    /// <summary>The colour of pages that a part of scans, 0 to 1, saw accessed.</summary>
    public static Rgb Of(double seen, bool fast) => Along(fast ? s_fast : s_slow, PlaceOf(seen));

    /// <summary>Where on the way from coldest to hottest such pages are. The root keeps mild heat visible next to hot pages.</summary>
    public static double PlaceOf(double seen) => Math.Sqrt(Math.Clamp(seen, 0, 1));

    /// <summary>The colour of pages of one kind in a mix.</summary>
    public static Rgb Of(in HeatMix mix, PageKind kind) => Of(mix.HeatOf(kind), kind is PageKind.OftenFast or PageKind.RareFast);

    /// <summary>The one colour of a mix that is shown as even.</summary>
    public static Rgb Of(in HeatMix mix) => Of(mix.MeanHeat, mix.FastShare >= 0.5);

    /// <summary>
    /// The colour at a height, 0 (top) to 1, of a mix that is shown in its parts: each kind is as high as its part of the pages.
    /// </summary>
    public static Rgb At(in HeatMix mix, double height)
    {
        double below = 0;
        PageKind last = PageKind.RareSlow;
        for (PageKind kind = PageKind.OftenFast; kind <= PageKind.RareSlow; kind++)
        {
            double share = mix.ShareOf(kind);
            below += share;
            last = share > 0 ? kind : last;
            if (height < below)
            {
                return Of(mix, kind);
            }
        }

        return Of(mix, last);
    }

    private static Rgb Along(Rgb[] ramp, double at)
    {
        double position = at * (ramp.Length - 1);
        int step = Math.Min((int)position, ramp.Length - 2);
        return Rgb.Mix(ramp[step], ramp[step + 1], position - step);
    }
}
