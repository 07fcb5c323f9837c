using Microsoft.Win32.SafeHandles;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Exercise;

/// <summary>The memory that is accessed: the process's own, or a file's that others map too.</summary>
internal sealed unsafe class ExerciseArena : IDisposable
{
    private readonly IDisposable _memory;

    private ExerciseArena(IDisposable memory, byte* address)
    {
        _memory = memory;
        Address = address;
    }

    /// <summary>The first byte.</summary>
    public byte* Address { get; }

    /// <summary>Maps it at <paramref name="wanted"/> unless something else is there.</summary>
    /// <exception cref="CommandFailure">There is not enough address space, or the file cannot be used.</exception>
    public static ExerciseArena Map(ExerciseOptions options, ulong wanted)
    {
        if (options.SharedFile is { } path)
        {
            return MapFile(path, (long)options.Pages * Chunk.PageBytes, wanted);
        }

        int error = AnonymousMemory.TryMap((long)options.Pages * Chunk.PageBytes, out AnonymousMemory? memory, wanted);
        if (error != 0)
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"cannot map {ByteSize.Format(options.SizeBytes)}: {ErrorWords.Of(error)}",
                "ask for a smaller --size");
        }

        _ = memory!.UseHugePages(options.HugePages);
        if (options.Bind is { } node && memory.BindTo(node) is not 0 and var refused)
        {
            memory.Dispose();
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"the kernel does not bind memory to node {node}: {ErrorWords.Of(refused)}",
                "name a node with memory, as in terrace topology");
        }

        if (options.Name is { } name && memory.SetName(name) != 0)
        {
            // A kernel without CONFIG_ANON_VMA_NAME: shared memory has names everywhere.
            memory.Dispose();
            if (options.HugePages || options.Bind is not null)
            {
                throw new CommandFailure(
                    ExitCode.Unavailable,
                    $"--name '{name}': this kernel names shared memory only, for which --huge-pages and --bind do nothing",
                    "leave them out, or use a kernel with CONFIG_ANON_VMA_NAME (Linux 5.17)");
            }

            return MapNamed(name, (long)options.Pages * Chunk.PageBytes, wanted);
        }

        return new ExerciseArena(memory, memory.Address);
    }

    public void Dispose() => _memory.Dispose();

    private static ExerciseArena MapNamed(string name, long bytes, ulong wanted)
    {
        int error = MemoryFile.TryCreate(name, bytes, out SafeFileHandle? file);
        using (file)
        {
            if (error == 0 && (error = SharedFileMemory.TryMap(file!, bytes, out SharedFileMemory? memory, wanted)) == 0)
            {
                return new ExerciseArena(memory!, memory!.Address);
            }
        }

        throw new CommandFailure(
            ExitCode.Unavailable,
            $"--name '{name}': memory cannot be given this name: {ErrorWords.Of(error)}",
            "give up to 79 printable characters without []\\`$");
    }

    private static ExerciseArena MapFile(string path, long bytes, ulong wanted)
    {
        using SafeFileHandle file = ArenaFile.Open(path, bytes);
        return SharedFileMemory.TryMap(file, bytes, out SharedFileMemory? memory, wanted) is int error and not 0
            ? throw new CommandFailure(
                ExitCode.Unavailable,
                $"cannot map {ByteSize.Format(bytes)} of {path}: {ErrorWords.Of(error)}",
                "ask for a smaller --size, or for a file of tmpfs such as /dev/shm/exercise")
            : new ExerciseArena(memory!, memory!.Address);
    }
}
