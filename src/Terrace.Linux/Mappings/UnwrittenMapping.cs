using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Mappings;

/// <summary>
/// A mapping of a program's or library's file that has never been writable in its process, so that each of its pages is the
/// file's own: when it is unmapped it comes
/// back from the page cache as it was (docs/decisions/0009-pages-of-start-up.md).
/// </summary>
/// <param name="Range">Where it is mapped.</param>
/// <param name="Offset">Where in its file it begins, bytes.</param>
/// <param name="File">The file.</param>
internal readonly record struct UnwrittenMapping(AddressRange Range, ulong Offset, FileIdentity File)
{
    /// <summary>
    /// Finds them in a file of the form of /proc/PID/smaps (proc_pid_smaps(5)), with what of each is resident: 0, or the error
    /// number. A mapping of which a line is
    /// missing is not taken.
    /// </summary>
    public static int Find(string path, List<(UnwrittenMapping Mapping, long ResidentBytes)> found)
    {
        found.Clear();
        int error = LinuxFile.TryOpenRead(path, out LinuxFile? file);
        if (error != 0)
        {
            return error;
        }

        // Data files (locales, caches) may be unmapped at any time, and their addresses used again; programs and libraries stay.
        HashSet<FileIdentity> programs = [];
        using LineFeed lines = new(file!);
        UnwrittenMapping mapping = default;
        (bool isCandidate, bool isShared, bool hasNoCopies, bool hasNoSwap) = (false, false, false, false);
        long resident = -1;
        while (lines.TryNext(out ReadOnlySpan<byte> line))
        {
            if (MapsLine.TryParse(line, out MapsLine header))
            {
                mapping = new UnwrittenMapping(new AddressRange(header.Start, header.End), header.Offset, header.File);
                (isCandidate, isShared, hasNoCopies, hasNoSwap) = (IsOfFileAndReadOnly(header), header.Permissions[3] == 's', false, false);
                resident = -1;
                if (header.Kind == MappingKind.ProgramText)
                {
                    programs.Add(header.File);
                }

                continue;
            }

            ReadOnlySpan<byte> name = KernelText.TakeWord(ref line);
            if (name.SequenceEqual("Rss:"u8))
            {
                resident = Kibibytes(line);
            }
            else if (name.SequenceEqual("Anonymous:"u8))
            {
                hasNoCopies = Kibibytes(line) == 0;
            }
            else if (name.SequenceEqual("Swap:"u8))
            {
                hasNoSwap = Kibibytes(line) == 0;
            }
            else if (name.SequenceEqual("VmFlags:"u8))
            {
                if (isCandidate && resident >= 0 && hasNoCopies && hasNoSwap && HasNeverBeenWritable(line, isShared))
                {
                    found.Add((mapping, resident * 1024));
                }

                isCandidate = false;
            }
        }

        found.RemoveAll(one => !programs.Contains(one.Mapping.File));
        return lines.Error;
    }

    private static bool IsOfFileAndReadOnly(MapsLine mapping) =>
        mapping.File.Inode != 0
            && mapping.Permissions[0] == 'r'
            && mapping.Permissions[1] == '-'
            && mapping.Kind is MappingKind.ProgramText or MappingKind.File;

    // The flags are those of show_smap_vma_flags, fs/proc/task_mmu.c. A private mapping of a file that becomes writable is
    // charged for (VM_ACCOUNT, "ac") and
    // stays so when it is made read-only again, because its pages may have been copied by then (mprotect_fixup, mm/mprotect.c).
    // It is never charged for with
    // MAP_NORESERVE ("nr"). A shared one that may become writable ("mw") can have been. Locked pages, huge pages of hugetlbfs and
    // those of devices are not to be
    // touched at all.
    private static bool HasNeverBeenWritable(ReadOnlySpan<byte> flags, bool isShared)
    {
        bool any = false;
        while (KernelText.TakeWord(ref flags) is { IsEmpty: false } flag)
        {
            any = true;
            if (flag.SequenceEqual("wr"u8)
                || flag.SequenceEqual("ac"u8)
                || flag.SequenceEqual("nr"u8)
                || flag.SequenceEqual("lo"u8)
                || flag.SequenceEqual("ht"u8)
                || flag.SequenceEqual("io"u8)
                || flag.SequenceEqual("pf"u8)
                || flag.SequenceEqual("mm"u8)
                || (isShared && flag.SequenceEqual("mw"u8)))
            {
                return false;
            }
        }

        return any;
    }

    // -1 when it is no number, or more memory than physical addresses of 52 bits can be of.
    private static long Kibibytes(ReadOnlySpan<byte> rest) =>
        KernelText.TryNumber(KernelText.TakeWord(ref rest), out long number) && number is >= 0 and < 1L << 42 ? number : -1;
}
