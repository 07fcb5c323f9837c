using System.Buffers.Binary;
using System.Numerics;

namespace Terrace.Reports.Pictures.Letters;

/// <summary>
/// Reads the outlines of letters from a TrueType font (https://learn.microsoft.com/typography/opentype/spec/otff): the tables head,
/// hhea, hmtx, cmap (format 4), loca and glyf. For a font that is shipped with the program: what is damaged is not looked for.
/// </summary>
internal sealed class TrueTypeFont
{
    /// <summary>Straight pieces that a curve is drawn with; at the sizes of labels more cannot be seen.</summary>
    private const int PiecesOfCurve = 6;

    private const int MissingGlyph = 0;

    private readonly byte[] _font;
    private readonly Dictionary<char, Letter> _letters = [];
    private readonly float _scale;
    private readonly bool _longOffsets;
    private readonly int _wideMetrics;
    private readonly int _glyf;
    private readonly int _loca;
    private readonly int _hmtx;
    private readonly int _characters;

    /// <summary>Takes the bytes of a font file.</summary>
    public TrueTypeFont(byte[] font)
    {
        _font = font;
        int head = Table("head"u8);
        _scale = 1f / Unsigned(head + 18);
        _longOffsets = Unsigned(head + 50) != 0;
        _wideMetrics = Unsigned(Table("hhea"u8) + 34);
        (_glyf, _loca, _hmtx) = (Table("glyf"u8), Table("loca"u8), Table("hmtx"u8));
        _characters = FindCharacters();
    }

    /// <summary>The font's letter; of one that it lacks the sign U+FFFD.</summary>
    public Letter Of(char letter)
    {
        if (_letters.TryGetValue(letter, out Letter? known))
        {
            return known;
        }

        int glyph = GlyphOf(letter);
        glyph = glyph == MissingGlyph ? GlyphOf('\uFFFD') : glyph;
        List<Vector2[]> outline = [];
        AddOutline(glyph, Matrix3x2.CreateScale(_scale), outline);
        int advance = Unsigned(_hmtx + (4 * Math.Min(glyph, _wideMetrics - 1)));
        return _letters[letter] = new Letter(advance * _scale, outline);
    }

    /// <summary>True when the font has the letter.</summary>
    public bool Has(char letter) => GlyphOf(letter) != MissingGlyph;

    private int Table(ReadOnlySpan<byte> name)
    {
        for (int entry = 12; ; entry += 16)
        {
            if (_font.AsSpan(entry, 4).SequenceEqual(name))
            {
                return (int)BinaryPrimitives.ReadUInt32BigEndian(_font.AsSpan(entry + 8));
            }
        }
    }

    private int FindCharacters()
    {
        int cmap = Table("cmap"u8);
        for (int entry = cmap + 4; ; entry += 8)
        {
            int table = cmap + (int)BinaryPrimitives.ReadUInt32BigEndian(_font.AsSpan(entry + 4));
            if (Unsigned(table) == 4)
            {
                return table;
            }
        }
    }

    // Four arrays of segments: ends, starts, differences and offsets into an array of glyphs behind them.
    private int GlyphOf(char letter)
    {
        int doubled = Unsigned(_characters + 6);
        for (int segment = 0; segment < doubled; segment += 2)
        {
            int ends = _characters + 14 + segment;
            if (letter > Unsigned(ends))
            {
                continue;
            }

            int starts = ends + doubled + 2;
            int start = Unsigned(starts);
            int difference = Unsigned(starts + doubled);
            int offsets = starts + (2 * doubled);
            int offset = Unsigned(offsets);
            return letter < start ? MissingGlyph
                : offset == 0 ? (letter + difference) & ushort.MaxValue
                : Unsigned(offsets + offset + (2 * (letter - start)));
        }

        return MissingGlyph;
    }

    private void AddOutline(int glyph, Matrix3x2 place, List<Vector2[]> outline)
    {
        int from = OffsetOf(glyph);
        if (from == OffsetOf(glyph + 1))
        {
            return;
        }

        int at = _glyf + from;
        int contours = Signed(at);
        if (contours < 0)
        {
            AddParts(at + 10, place, outline);
            return;
        }

        AddContours(at + 10, contours, place, outline);
    }

    // A letter that is made of others, such as ä.
    private void AddParts(int at, Matrix3x2 place, List<Vector2[]> outline)
    {
        const int WordArguments = 0x1;
        const int OneScale = 0x8;
        const int More = 0x20;
        const int TwoScales = 0x40;
        const int FourScales = 0x80;
        int flags;
        do
        {
            flags = Unsigned(at);
            int glyph = Unsigned(at + 2);
            at += 4;
            bool words = (flags & WordArguments) != 0;
            Matrix3x2 part = Matrix3x2.CreateTranslation(
                words ? Signed(at) : (sbyte)_font[at], words ? Signed(at + 2) : (sbyte)_font[at + 1]);
            at += words ? 4 : 2;
            if ((flags & OneScale) != 0)
            {
                (part.M11, part.M22) = (Fixed(at), Fixed(at));
                at += 2;
            }
            else if ((flags & TwoScales) != 0)
            {
                (part.M11, part.M22) = (Fixed(at), Fixed(at + 2));
                at += 4;
            }
            else if ((flags & FourScales) != 0)
            {
                (part.M11, part.M12, part.M21, part.M22) = (Fixed(at), Fixed(at + 2), Fixed(at + 4), Fixed(at + 6));
                at += 8;
            }

            AddOutline(glyph, part * place, outline);
        }
        while ((flags & More) != 0);
    }

    private void AddContours(int at, int contours, Matrix3x2 place, List<Vector2[]> outline)
    {
        int ends = at;
        int count = Unsigned(at + (2 * (contours - 1))) + 1;
        at += 2 * contours;
        at += 2 + Unsigned(at);
        byte[] flags = ReadFlags(ref at, count);
        Vector2[] points = new Vector2[count];
        int x = 0;
        for (int i = 0; i < count; i++)
        {
            x += Step(flags[i], 0x2, 0x10, ref at);
            points[i].X = x;
        }

        int y = 0;
        for (int i = 0; i < count; i++)
        {
            y += Step(flags[i], 0x4, 0x20, ref at);
            points[i].Y = y;
        }

        int first = 0;
        for (int contour = 0; contour < contours; contour++)
        {
            int next = Unsigned(ends + (2 * contour)) + 1;
            outline.Add(Straighten(points.AsSpan(first..next), flags.AsSpan(first..next), place));
            first = next;
        }
    }

    private byte[] ReadFlags(ref int at, int count)
    {
        const int Repeated = 0x8;
        byte[] flags = new byte[count];
        for (int i = 0; i < count; i++)
        {
            flags[i] = _font[at++];
            if ((flags[i] & Repeated) != 0)
            {
                for (int again = _font[at++]; again > 0; again--, i++)
                {
                    flags[i + 1] = flags[i];
                }
            }
        }

        return flags;
    }

    private int Step(byte flags, int isByte, int isSame, ref int at)
    {
        if ((flags & isByte) != 0)
        {
            int step = _font[at++];
            return (flags & isSame) != 0 ? step : -step;
        }

        if ((flags & isSame) != 0)
        {
            return 0;
        }

        at += 2;
        return Signed(at - 2);
    }

    // Quadratic curves; between two points that are both off the curve lies one on it.
    private static Vector2[] Straighten(ReadOnlySpan<Vector2> points, ReadOnlySpan<byte> flags, Matrix3x2 place)
    {
        List<Vector2> line = [];
        int count = points.Length;
        for (int i = 0; i < count; i++)
        {
            Vector2 point = points[i];
            if (IsOnCurve(flags[i]))
            {
                line.Add(Vector2.Transform(point, place));
                continue;
            }

            int before = (i + count - 1) % count;
            int after = (i + 1) % count;
            Vector2 from = IsOnCurve(flags[before]) ? points[before] : (points[before] + point) / 2;
            Vector2 to = IsOnCurve(flags[after]) ? points[after] : (points[after] + point) / 2;
            for (int piece = 1; piece <= PiecesOfCurve; piece++)
            {
                float part = (float)piece / PiecesOfCurve;
                Vector2 bent = Vector2.Lerp(Vector2.Lerp(from, point, part), Vector2.Lerp(point, to, part), part);
                line.Add(Vector2.Transform(bent, place));
            }
        }

        return [.. line];
    }

    private static bool IsOnCurve(byte flags) => (flags & 1) != 0;

    private int OffsetOf(int glyph) => _longOffsets
        ? (int)BinaryPrimitives.ReadUInt32BigEndian(_font.AsSpan(_loca + (4 * glyph)))
        : 2 * Unsigned(_loca + (2 * glyph));

    private int Unsigned(int at) => BinaryPrimitives.ReadUInt16BigEndian(_font.AsSpan(at));

    private int Signed(int at) => BinaryPrimitives.ReadInt16BigEndian(_font.AsSpan(at));

    // 2 bits before the point and 14 behind it.
    private float Fixed(int at) => Signed(at) / 16384f;
}
