using System.Diagnostics;
using Terrace.Core.Layout;
using Terrace.Core.Migration;
using Terrace.Linux.Interop;
using Terrace.Linux.Layout;

namespace Terrace.Linux.Tests.Layout;

/// <summary>On shared memory of this machine, whatever nodes it has; the lab has tests with three.</summary>
public sealed class LayoutMemoryTests : IDisposable
{
    private const int Pages = 6000;
    private readonly string _path = $"/dev/shm/terrace-layout-{Environment.ProcessId}-{Guid.NewGuid():n}";

    public LayoutMemoryTests()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "there is no /dev/shm");
        using FileStream file = File.Create(_path);
        Assert.SkipUnless(FileStatus.FileSystemOf(file.SafeFileHandle) == FileStatus.TmpFs, "/dev/shm is no tmpfs");
        file.SetLength(Pages * 4096L);
        foreach (int page in new[] { 0, 1, 4095, 4096, 5999 })
        {
            file.Position = page * 4096L;
            file.WriteByte((byte)page);
        }
    }

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Pages_in_memory_have_a_node_others_have_none_and_asking_makes_none()
    {
        using LayoutMemory memory = Open();
        Transplant same = New(memory);
        for (int turn = 0; turn < 2; turn++)
        {
            Assert.Equal([0UL, 1UL, 4095UL, 4096UL, 5999UL], Found(same));
            Assert.Equal([0UL, 1UL, 4095UL, 4096UL, 5999UL], Found(New(memory)));
        }
    }

    [Fact]
    public void Pages_that_go_and_come_again_between_two_looks_are_seen_to()
    {
        using LayoutMemory memory = Open();
        Transplant transplant = New(memory);
        Assert.Equal([0UL, 1UL, 4095UL, 4096UL, 5999UL], Found(transplant));
        Shell($"fallocate --punch-hole --offset 4096 --length {4095 * 4096} {_path}");
        Assert.Equal([0UL, 4096UL, 5999UL], Found(transplant));
        Shell($"for page in 1 77 5000; do echo x | dd of={_path} bs=4096 seek=$page conv=notrunc 2> /dev/null; done");
        Assert.Equal([0UL, 1UL, 77UL, 4096UL, 5000UL, 5999UL], Found(transplant));
    }

    [Fact]
    public void A_policy_stays_with_the_file_until_it_is_put_back()
    {
        using (LayoutMemory memory = Open())
        {
            MemoryPolicy before = Assert.IsType<MemoryPolicy>(memory.Parts[0].PolicyOf(300));
            Assert.Equal(MemoryPolicy.MPOL_DEFAULT, before.Mode);
            Assert.Equal(0, New(memory).PlaceNewPages(MemoryLayout.Push([new PageSpan(256, 512)], 0)));
        }

        using LayoutMemory again = Open();
        MemoryPolicy set = Assert.IsType<MemoryPolicy>(again.Parts[0].PolicyOf(300));
        Assert.Equal(MemoryPolicy.MPOL_PREFERRED, set.Mode);
        Assert.Equal([0], set.Nodes);
        Assert.Equal(MemoryPolicy.MPOL_DEFAULT, again.Parts[0].PolicyOf(255)!.Mode);
        Assert.Equal(MemoryPolicy.MPOL_DEFAULT, again.Parts[0].PolicyOf(512)!.Mode);
        Assert.Equal(0, again.Parts[0].SetPolicy(new PageSpan(256, 512), new MemoryPolicy(MemoryPolicy.MPOL_DEFAULT, [])));
        Assert.Equal(MemoryPolicy.MPOL_DEFAULT, again.Parts[0].PolicyOf(300)!.Mode);
    }

    [Fact]
    public void What_becomes_of_the_file_is_noticed()
    {
        using LayoutMemory memory = Open();
        Assert.Null(memory.WhatBecame());
        string other = _path + "-other";
        File.WriteAllBytes(other, new byte[4096]);
        File.Move(other, _path, overwrite: true);
        Assert.Contains("replaced", memory.WhatBecame(), StringComparison.Ordinal);
        TransplantEnd end = New(memory).Run(MemoryLayout.Push([new PageSpan(0, Pages)], 0), 0, _ => { });
        Assert.Equal(TransplantOutcome.Gone, end.Outcome);
    }

    [Fact]
    public void A_file_made_shorter_is_noticed()
    {
        using LayoutMemory memory = Open();
        using (FileStream file = new(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(4096);
        }

        Assert.Contains("shorter", memory.WhatBecame(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stop_ends_it_at_a_page_from_which_on_there_is_still_to_do()
    {
        using LayoutMemory memory = Open();
        using CancellationTokenSource stop = new();
        List<ulong> points = [];
        Transplant transplant = new(memory, new TokenBucket(1 << 30, TimeProvider.System), stop.Token);
        TransplantEnd end = transplant.Run(MemoryLayout.Push([new PageSpan(0, Pages)], 0), 0, point =>
        {
            points.Add(point);
            stop.Cancel();
        });
        Assert.Equal(new TransplantEnd(TransplantOutcome.Stopped, 4096), end);
        Assert.Equal([4096UL], points);
    }

    [Theory]
    [InlineData("/proc/self/exe", "not shared memory")]
    [InlineData("/dev/shm/terrace-no-such-file", "there is no file")]
    [InlineData("/dev/shm", "is a folder")]
    public void What_is_no_shared_memory_is_refused_with_a_fix(string path, string said)
    {
        Assert.Null(LayoutMemory.TryOpenFile(path, out LayoutRefusal? refusal));
        Assert.Contains(said, refusal!.Problem.What, StringComparison.Ordinal);
        Assert.NotEmpty(refusal.Problem.Fix);
    }

    [Fact]
    public void A_file_that_is_no_whole_number_of_pages_is_refused()
    {
        using (FileStream file = new(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(5000);
        }

        Assert.Null(LayoutMemory.TryOpenFile(_path, out LayoutRefusal? refusal));
        Assert.Contains("5000 bytes", refusal!.Problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_runs_no_guest_is_refused()
    {
        Assert.Null(LayoutMemory.TryOpenGuest(Environment.ProcessId, out LayoutRefusal? refusal));
        Assert.Contains("no memory of a guest", refusal!.Problem.What, StringComparison.Ordinal);
    }

    private LayoutMemory Open()
    {
        LayoutMemory? memory = LayoutMemory.TryOpenFile(_path, out LayoutRefusal? refusal);
        Assert.True(memory is not null, refusal?.Problem.What);
        return memory;
    }

    private static Transplant New(LayoutMemory memory) =>
        new(memory, new TokenBucket(1 << 30, TimeProvider.System), CancellationToken.None);

    // By another process, as whoever uses the memory is one.
    private static void Shell(string script)
    {
        using Process shell = Process.Start("sh", ["-c", script]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    private static List<ulong> Found(Transplant transplant)
    {
        List<ulong> found = [];
        TransplantEnd end = transplant.Survey((first, nodes) =>
        {
            for (int i = 0; i < nodes.Length; i++)
            {
                if (nodes[i] >= 0)
                {
                    found.Add(first + (ulong)i);
                }
            }
        });
        Assert.Equal(TransplantOutcome.Done, end.Outcome);
        return found;
    }
}
