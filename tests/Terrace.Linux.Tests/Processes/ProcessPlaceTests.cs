using System.Diagnostics;
using Terrace.Linux.Files;
using Terrace.Linux.Processes;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Processes;

public sealed class ProcessPlaceTests
{
    [Fact]
    public void A_child_is_where_its_parent_is_and_one_with_a_user_namespace_of_its_own_is_not()
    {
        using Process plain = Start("sleep", "600");
        using Process apart = Start("unshare", "--user", "sleep", "600");
        try
        {
            Assert.Equal(ProcessPlace.OfThis, ProcessPlace.Of(plain.Id));
            Assert.True(ProcessPlace.ShareRoot($"{plain.Id}", "self"));
            Assert.SkipUnless(
                SpinWait.SpinUntil(() => ProcessPlace.Of(apart.Id)?.User != ProcessPlace.OfThis!.Value.User, TimeSpan.FromSeconds(10)),
                "user namespaces are not permitted");
            Assert.Equal(ProcessPlace.OfThis!.Value.Pid, ProcessPlace.Of(apart.Id)?.Pid);
        }
        finally
        {
            plain.Kill();
            apart.Kill();
        }
    }

    [Fact]
    public void Of_a_process_that_is_not_there_nothing_is_told()
    {
        Assert.Null(ProcessPlace.Of(int.MaxValue));
        Assert.False(ProcessPlace.ShareRoot($"{int.MaxValue}", "self"));
        Assert.False(ProcessPlace.ShareRoot($"{int.MaxValue}", $"{int.MaxValue}"));
    }

    [Fact]
    public void On_a_kernel_without_user_namespaces_all_processes_are_in_one_and_what_is_not_there_is_nowhere()
    {
        using CapturedTree captured = CapturedTree.Empty();
        captured.With("proc/self/ns/pid", "").With("proc/7/ns/pid", "");
        FileTree tree = new(captured.Root);
        Assert.Equal(ProcessPlace.Of(tree, "self")!.Value.User, ProcessPlace.Of(tree, "7")!.Value.User);
        Assert.Null(ProcessPlace.Of(tree, "8"));

        // On one that has them a file that is missing says nothing.
        captured.With("proc/self/ns/user", "");
        Assert.NotNull(ProcessPlace.Of(tree, "self"));
        Assert.Null(ProcessPlace.Of(tree, "7"));
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
}
