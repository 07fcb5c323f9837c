using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Terrace.Fuzz.Feeding;

/// <summary>
/// The other end of afl-fuzz: takes inputs from shared memory, runs them one after another in this process, and says how each
/// ended. The protocol is that of AFL++'s fork server with test cases in shared memory (its docs/ and include/types.h of 4.04);
/// SharpFuzz's own end reads each input from a file, which takes twice as long.
/// </summary>
internal static unsafe partial class AflServer
{
    private const int ControlDescriptor = 198;
    private const int StatusDescriptor = 199;
    // FS_OPT_ENABLED, FS_OPT_SHDMEM_FUZZ, and FS_OPT_MAPSIZE with the size less one from bit 1 on.
    private const uint Hello = 0x8000_0001 | 0x0100_0000 | 0x4000_0000 | ((BranchMap.Places - 1) << 1);

    // As waitpid(2) tells of a process that SIGABRT ended.
    private const int Crashed = 6;

    /// <summary>Runs inputs until afl-fuzz ends.</summary>
    public static int Serve(string name, FeedRecord record)
    {
        byte* map = Attach("__AFL_SHM_ID");
        byte* test = Attach("__AFL_SHM_FUZZ_ID");
        if (map == null || test == null)
        {
            Console.Error.WriteLine("fuzz: this is for afl-fuzz to start; see ./fuzz --help");
            return 2;
        }

        // What runs once for each process is no branch of an input: what is counted until inputs come is forgotten.
        BranchMap branches = new(map);
        branches.Clear();
        Trace.SharedMem = branches.Memory;
        IFuzzTarget target = FuzzTargets.Find(name)!;
        foreach (byte[] seed in target.Seeds.Take(64))
        {
            _ = Run(target, seed);
        }

        branches.Clear();
        uint word = Hello;
        if (write(StatusDescriptor, &word, 4) != 4 || read(ControlDescriptor, &word, 4) != 4)
        {
            return 1;
        }

        long* answer = stackalloc long[1];
        while (read(ControlDescriptor, &word, 4) == 4)
        {
            ReadOnlySpan<byte> input = new(test + 4, *(int*)test);
            record.Begin(input);
            Trace.PrevLocation = 0;
            int status = Run(target, input) ? 0 : Crashed;
            record.End();
            branches.PassOn();

            // The number of the process that runs it, and how it ended: both at once, for it has ended already.
            *answer = (uint)Environment.ProcessId | ((long)status << 32);
            if (write(StatusDescriptor, answer, 8) != 8)
            {
                break;
            }
        }

        return 0;
    }

    private static bool Run(IFuzzTarget target, ReadOnlySpan<byte> input)
    {
        try
        {
            target.Run(input);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private static byte* Attach(string variable)
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable(variable), out int id))
        {
            return null;
        }

        nint address = shmat(id, 0, 0);
        return address == -1 ? null : (byte*)address;
    }

    // https://man7.org/linux/man-pages/man2/shmat.2.html
    [LibraryImport("libc")]
    private static partial nint shmat(int id, nint address, int flags);

    // https://man7.org/linux/man-pages/man2/read.2.html
    [LibraryImport("libc")]
    private static partial nint read(int descriptor, void* buffer, nint bytes);

    // https://man7.org/linux/man-pages/man2/write.2.html
    [LibraryImport("libc")]
    private static partial nint write(int descriptor, void* buffer, nint bytes);
}
