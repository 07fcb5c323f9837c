using System.Text;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Dax;

/// <summary>
/// Brings dax devices online as movable memory and back, by reading their state, doing what it calls for, and reading again. Changes no
/// setting of the machine: new blocks that the kernel's policy puts into another zone are taken out and put in again.
/// </summary>
public sealed class Hotplug(string root = "/")
{
    // Binding, taking out of a wrong zone and putting in again are three; the rest are for blocks that were busy.
    private const int MaxPasses = 8;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    private readonly FileTree _tree = new(root);
    private readonly DaxReader _reader = new(root);

    /// <summary>The longest that the kernel may try to empty one block.</summary>
    public TimeSpan BlockLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Makes it movable memory. <paramref name="progress"/> is told after each block.</summary>
    public HotplugResult Online(string device, Action<DaxDevice, HotplugStep>? progress, CancellationToken stop) =>
        Follow(device, HotplugPlan.ToOnline, state => state.IsMovableMemory, progress, stop);

    /// <summary>Makes it a character device. <paramref name="progress"/> is told after each block.</summary>
    public HotplugResult Offline(string device, Action<DaxDevice, HotplugStep>? progress, CancellationToken stop) =>
        Follow(device, HotplugPlan.ToOffline, state => state.Driver is not (null or DaxDevice.Kmem), progress, stop);

    private HotplugResult Follow(
        string name,
        Func<DaxDevice, IReadOnlyList<HotplugStep>> plan, Func<DaxDevice, bool> isDone, Action<DaxDevice, HotplugStep>? progress,
        CancellationToken stop)
    {
        DaxDevice last = new(name, -1, null, 0);
        int done = 0;
        HotplugStep failed = default;
        int errno = 0;
        for (int pass = 0; pass <= MaxPasses; pass++)
        {
            if (_reader.Read(name) is not { } device)
            {
                return new HotplugResult(HotplugStatus.Gone, last, done);
            }

            last = device;
            IReadOnlyList<HotplugStep> steps = plan(device);
            if (steps.Count == 0)
            {
                return new HotplugResult(isDone(device) ? HotplugStatus.Done : HotplugStatus.Unclear, device, done);
            }

            if (pass == MaxPasses)
            {
                break;
            }

            errno = 0;
            foreach (HotplugStep step in steps)
            {
                if (stop.IsCancellationRequested)
                {
                    return new HotplugResult(HotplugStatus.Stopped, _reader.Read(name) ?? device, done);
                }

                int error = Do(device, step, stop);
                done += error == 0 ? 1 : 0;
                progress?.Invoke(device, step);
                if (error != 0 && errno == 0)
                {
                    (failed, errno) = (step, error);
                }

                // What follows a failed step of the device needs it; blocks do not need each other.
                if (error != 0 && !step.IsOfBlock)
                {
                    return stop.IsCancellationRequested
                        ? new HotplugResult(HotplugStatus.Stopped, _reader.Read(name) ?? device, done)
                        : new HotplugResult(HotplugStatus.Failed, _reader.Read(name) ?? device, done) { Failed = step, Errno = error };
                }
            }

            if (errno != 0)
            {
                stop.WaitHandle.WaitOne(s_pause);
            }
        }

        return new HotplugResult(HotplugStatus.Failed, last, done) { Failed = failed, Errno = errno };
    }

    private int Do(DaxDevice device, HotplugStep step, CancellationToken stop)
    {
        if (step.Action is HotplugAction.BindKmem or HotplugAction.BindDeviceDax && _reader.Read(device.Name)?.Driver is not null)
        {
            // new_id had the kernel bind it already.
            return 0;
        }

        (string file, string text) = step.WriteFor(device);
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        int error = step.Action == HotplugAction.Offline
            ? TimedWrite.Write(_tree.PathOf(file), bytes, BlockLimit, stop)
            : _tree.Write(file, bytes);

        // There may be no such id to remove.
        return step.Action == HotplugAction.RemoveKmemId ? 0 : error;
    }
}
