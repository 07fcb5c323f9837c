using System.Buffers.Binary;

namespace Terrace.Linux.KernelMemory;

/// <summary>
/// Reads task_structs and finds the one of a process by walking the kernel's list of processes (init_task.tasks). The list changes
/// under the reader: a walk that goes astray ends at its bound or at a failed read and is made again.
/// </summary>
internal sealed class TaskLocator
{
    /// <summary>PID_MAX_LIMIT on 64 bits (include/linux/threads.h): there cannot be more processes.</summary>
    private const int MaxTasks = 4 << 20;
    private const int Attempts = 3;

    private readonly KernelView _kernel;
    private readonly int _first;
    private readonly byte[] _window;
    private readonly byte[] _word = new byte[8];

    public TaskLocator(KernelView kernel)
    {
        _kernel = kernel;
        KernelLayout layout = kernel.Layout;
        _first = Math.Min(Math.Min(layout.TaskTasks, layout.TaskPid), Math.Min(layout.TaskTgid, layout.TaskMm));
        int end = Math.Max(Math.Max(layout.TaskTasks, layout.TaskPid), Math.Max(layout.TaskTgid, layout.TaskMm)) + 8;
        _window = new byte[end - _first];
    }

    /// <summary>Reads one task; false when there is no such memory.</summary>
    public bool TryRead(ulong task, out TaskFacts facts)
    {
        KernelLayout layout = _kernel.Layout;
        if (!_kernel.Core.TryReadVirtual(task + (ulong)_first, _window))
        {
            facts = default;
            return false;
        }

        ulong execId = 0;
        if (layout.TaskExecId is { } offset && _kernel.Core.TryReadVirtual(task + (ulong)offset, _word))
        {
            execId = BinaryPrimitives.ReadUInt64LittleEndian(_word);
        }

        facts = new TaskFacts(
            task,
            BinaryPrimitives.ReadUInt64LittleEndian(_window.AsSpan(layout.TaskTasks - _first)) - (ulong)layout.TaskTasks,
            BinaryPrimitives.ReadInt32LittleEndian(_window.AsSpan(layout.TaskPid - _first)),
            BinaryPrimitives.ReadInt32LittleEndian(_window.AsSpan(layout.TaskTgid - _first)),
            BinaryPrimitives.ReadUInt64LittleEndian(_window.AsSpan(layout.TaskMm - _first)),
            execId);
        return true;
    }

    /// <summary>Finds a process by its number; false when it is not in the list.</summary>
    public bool TryFind(int pid, out TaskFacts task)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            ulong at = _kernel.Symbols.InitTask;
            for (int i = 0; i < MaxTasks && TryRead(at, out task); i++)
            {
                if (task.Tgid == pid && task.Pid == pid)
                {
                    return true;
                }

                at = task.Next;
                if (at == _kernel.Symbols.InitTask)
                {
                    break;
                }
            }

            // Not found, or astray: a process may also have been added behind the walk, and memory may have been hotplugged.
            _kernel.Core.Reload();
        }

        task = default;
        return false;
    }
}
