using System.Buffers.Binary;

namespace Terrace.Linux.KernelMemory;

/// <summary>
/// Reads task_structs and finds the one of a process by walking the kernel's list of processes (init_task.tasks). The list changes
/// under the reader: a walk that goes astray ends at its bound or at a failed read and is made again.
/// </summary>
/// <remarks>
/// New processes are put at the list's end (copy_process, kernel/fork.c), and who looks through /proc meets them in about the order
/// of the list. So a walk of a few steps on from the process that was found last, and one backward from the end, find nearly all:
/// to attach N processes by whole walks would take N² steps.
/// </remarks>
internal sealed class TaskLocator
{
    /// <summary>PID_MAX_LIMIT on 64 bits (include/linux/threads.h): there cannot be more processes.</summary>
    private const int MaxTasks = 4 << 20;
    private const int Attempts = 3;

    /// <summary>Steps of a short walk.</summary>
    private const int FewTasks = 64;

    private readonly KernelView _kernel;
    private readonly int _first;
    private readonly byte[] _window;
    private readonly byte[] _word = new byte[8];
    private TaskFacts _found;

    public TaskLocator(KernelView kernel)
    {
        _kernel = kernel;
        KernelLayout layout = kernel.Layout;
        _first = Math.Min(Math.Min(layout.TaskTasks, layout.TaskPid), Math.Min(layout.TaskTgid, layout.TaskMm));

        // The list's two pointers, next and prev.
        int end = Math.Max(Math.Max(layout.TaskTasks + 8, layout.TaskPid), Math.Max(layout.TaskTgid, layout.TaskMm)) + 8;
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
            BinaryPrimitives.ReadUInt64LittleEndian(_window.AsSpan(layout.TaskTasks + 8 - _first)) - (ulong)layout.TaskTasks,
            BinaryPrimitives.ReadInt32LittleEndian(_window.AsSpan(layout.TaskPid - _first)),
            BinaryPrimitives.ReadInt32LittleEndian(_window.AsSpan(layout.TaskTgid - _first)),
            BinaryPrimitives.ReadUInt64LittleEndian(_window.AsSpan(layout.TaskMm - _first)),
            execId);
        return true;
    }

    /// <summary>Finds a process by its number; false when it is not in the list.</summary>
    public bool TryFind(int pid, out TaskFacts task)
    {
        ulong first = _kernel.Symbols.InitTask;
        bool found = (IsStill(_found) && TryWalk(_found.Address, FewTasks, backward: false, pid, out task) && task.Mm != 0)
            || (TryWalk(first, FewTasks, backward: true, pid, out task) && task.Mm != 0);
        for (int attempt = 0; attempt < Attempts && !found; attempt++)
        {
            found = TryWalk(first, MaxTasks, backward: false, pid, out task);
            if (!found)
            {
                // Not found, or astray: a process may also have been added behind the walk, and memory may have been hotplugged.
                _kernel.Core.Reload();
            }
        }

        _found = found ? task : _found;
        return found;
    }

    /// <summary>
    /// Finds a thread of a process that has an address space, when the first one has ended: the given one, or any. False when there is
    /// none.
    /// </summary>
    public bool TryFindThread(in TaskFacts first, ulong mm, out TaskFacts thread)
    {
        thread = default;
        if (_kernel.Layout.Threads is not { } links
            || !_kernel.Core.TryReadVirtual(first.Address + (ulong)links.TaskSignal, out ulong signal))
        {
            return false;
        }

        ulong head = signal + (ulong)links.SignalHead;
        bool read = _kernel.Core.TryReadVirtual(head, out ulong node);
        for (int i = 0; i < MaxTasks && read && node != head; i++)
        {
            read = TryRead(node - (ulong)links.TaskNode, out thread) && thread.Tgid == first.Tgid;
            if (read && thread.Mm != 0 && (mm == 0 || thread.Mm == mm))
            {
                return true;
            }

            read = read && _kernel.Core.TryReadVirtual(node, out node);
        }

        return false;
    }

    // The process that was found last is where it was, so that its pointers are the list's.
    private bool IsStill(in TaskFacts found) =>
        found.Address != 0 && TryRead(found.Address, out TaskFacts now) && now.Pid == found.Pid && now.Tgid == found.Tgid && now.Mm != 0;

    private bool TryWalk(ulong from, int most, bool backward, int pid, out TaskFacts task)
    {
        ulong at = from;
        for (int i = 0; i < most && TryRead(at, out task); i++)
        {
            if (task.Tgid == pid && task.Pid == pid)
            {
                return true;
            }

            at = backward ? task.Previous : task.Next;
            if (at == _kernel.Symbols.InitTask)
            {
                break;
            }
        }

        task = default;
        return false;
    }
}
