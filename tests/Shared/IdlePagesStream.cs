using System.Buffers.Binary;

namespace Terrace.Tests;

/// <summary>Reads what <c>terrace accessed</c> writes as idle-pages, only by what docs/accessed-bits.md says of it.</summary>
internal static class IdlePagesStream
{
    private const ulong Page = 4096;
    private const ulong Huge = 512 * Page;
    private const int SetAddress = 0xA0;

    /// <summary>The pages of each scan that has an end: whether they were accessed, and whether they are of a huge page.</summary>
    /// <exception cref="FormatException">A byte has no meaning where it is.</exception>
    public static IReadOnlyList<SortedDictionary<ulong, (bool Accessed, bool Huge)>> Read(ReadOnlySpan<byte> bytes)
    {
        List<SortedDictionary<ulong, (bool Accessed, bool Huge)>> scans = [];
        SortedDictionary<ulong, (bool Accessed, bool Huge)> pages = [];
        ulong address = 0;
        for (int at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] == SetAddress)
            {
                ulong set = BinaryPrimitives.ReadUInt64BigEndian(bytes[(at + 1)..]);
                at += sizeof(ulong);
                Expect(set == 0 || set > address, at, "an address goes back");
                address = set;
                if (set == 0)
                {
                    scans.Add(pages);
                    pages = [];
                }

                continue;
            }

            (int kind, int count) = (bytes[at] >> 4, bytes[at] & 15);
            Expect(address != 0, at, "an extent has no address");
            Expect(count > 0, at, "an extent is empty");
            ulong size = kind is 1 or 6 or 7 or 9 ? Huge : Page;
            Expect(kind is 0 or 1 or 5 or 6 or 7 or 8 or 9, at, "a kind that is never written");
            Expect(address % size == 0, at, "an extent lies across huge pages");
            for (ulong page = 0; page < (ulong)count * size && kind < 8; page += Page)
            {
                pages.Add(address + page, (Accessed: kind < 2, Huge: kind is 1 or 6));
            }

            address += (ulong)count * size;
        }

        return scans;
    }

    private static void Expect(bool holds, int at, string otherwise)
    {
        if (!holds)
        {
            throw new FormatException($"{otherwise}, at byte {at}");
        }
    }
}
