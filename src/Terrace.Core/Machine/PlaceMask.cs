namespace Terrace.Core.Machine;

/// <summary>Which of 64 pages lie in places of a bit mask, by the bits of their places.</summary>
internal static class PlaceMask
{
    /// <summary>The pages, a bit for each.</summary>
    public static ulong Of(int places, ulong first, ulong second, ulong third, ulong fourth)
    {
        ulong few = ~(third | fourth);
        ulong pages = (places & 0xF) == 0 || few == 0 ? 0 : few & Of(places, first, second);
        for (int left = places & ~0xF; left != 0 && few != ulong.MaxValue; left &= left - 1)
        {
            int place = int.TrailingZeroCount(left);
            pages |= ((place & 1) != 0 ? first : ~first)
                & ((place & 2) != 0 ? second : ~second)
                & ((place & 4) != 0 ? third : ~third)
                & ((place & 8) != 0 ? fourth : ~fourth);
        }

        return pages;
    }

    /// <summary>The same where there are at most four places.</summary>
    public static ulong Of(int places, ulong first, ulong second)
    {
        ulong pages = 0;
        pages |= (places & 1) != 0 ? ~first & ~second : 0;
        pages |= (places & 2) != 0 ? first & ~second : 0;
        pages |= (places & 4) != 0 ? ~first & second : 0;
        pages |= (places & 8) != 0 ? first & second : 0;
        return pages;
    }
}
