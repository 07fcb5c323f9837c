using System.Numerics;

namespace Terrace.Reports.Pictures;

/// <summary>
/// Fills shapes with smooth edges: each row of pixels is cut into eight lines, and how much of a pixel they cover is exact along x.
/// </summary>
internal sealed class ShapeFiller(Raster raster)
{
    private const int Lines = 8;

    private readonly List<(float X, int Turn)> _crossings = [];
    private float[] _cover = [];

    /// <summary>Fills what closed lines go around (non-zero winding). Units are pixels.</summary>
    public void Fill(IReadOnlyList<Vector2[]> outline, Rgb colour)
    {
        Vector2 least = new(float.MaxValue);
        Vector2 most = new(float.MinValue);
        foreach (Vector2[] line in outline)
        {
            foreach (Vector2 point in line)
            {
                least = Vector2.Min(least, point);
                most = Vector2.Max(most, point);
            }
        }

        int left = Math.Max(0, (int)MathF.Floor(least.X));
        int right = Math.Min(raster.Width, (int)MathF.Ceiling(most.X));
        if (left >= right)
        {
            return;
        }

        _cover = _cover.Length < raster.Width ? new float[raster.Width] : _cover;
        for (int y = Math.Max(0, (int)MathF.Floor(least.Y)); y < Math.Min(raster.Height, MathF.Ceiling(most.Y)); y++)
        {
            Array.Clear(_cover, left, right - left);
            for (int line = 0; line < Lines; line++)
            {
                Cover(outline, y + ((line + 0.5f) / Lines), left, right);
            }

            for (int x = left; x < right; x++)
            {
                if (_cover[x] > 0)
                {
                    raster[x, y] = Rgb.Mix(raster[x, y], colour, _cover[x] / Lines);
                }
            }
        }
    }

    private void Cover(IReadOnlyList<Vector2[]> outline, float y, int left, int right)
    {
        _crossings.Clear();
        foreach (Vector2[] line in outline)
        {
            Vector2 from = line[^1];
            foreach (Vector2 to in line)
            {
                if (from.Y <= y != to.Y <= y)
                {
                    float x = from.X + ((to.X - from.X) * (y - from.Y) / (to.Y - from.Y));
                    _crossings.Add((x, from.Y < to.Y ? 1 : -1));
                }

                from = to;
            }
        }

        _crossings.Sort();
        int turns = 0;
        for (int i = 0; i + 1 < _crossings.Count; i++)
        {
            turns += _crossings[i].Turn;
            if (turns != 0)
            {
                CoverSpan(Math.Max(left, _crossings[i].X), Math.Min(right, _crossings[i + 1].X));
            }
        }
    }

    private void CoverSpan(float from, float to)
    {
        for (int x = (int)from; x < to; x++)
        {
            _cover[x] += Math.Min(to, x + 1) - Math.Max(from, x);
        }
    }
}
