using Terrace.Cli.Layout;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Layout;

public sealed class LayoutStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-layout-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_written_is_read_again_and_forgotten_when_it_is_removed()
    {
        LayoutStore store = new(_folder);
        Assert.Null(store.Read("file-1"));
        LayoutState state = new()
        {
            Memory = "/dev/shm/x",
            IsGuest = false,
            Pages = 256,
            Phase = LayoutPhase.Moving,
            Command = "push --node 1",
            To = "0-256=1",
            Origin = "0-256=0",
            Policies = [new LayoutPolicy(0, 256, 1, [0])],
        };
        store.Write("file-1", state);
        store.WritePoint("file-1", 128);
        LayoutState read = store.Read("file-1")!;
        Assert.Equal(("push --node 1", "0-256=1", "0-256=0", 128UL), (read.Command, read.To, read.Origin, store.ReadPoint("file-1")));
        Assert.Equal((1, 0), (read.Policies[0].Mode, read.Policies[0].Nodes[0]));
        store.Remove("file-1");
        Assert.Null(store.Read("file-1"));
        Assert.Equal(0UL, store.ReadPoint("file-1"));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"version":2,"memory":"x","isGuest":false,"pages":1,"phase":"done","command":"","to":""}""")]
    public void A_file_of_another_kind_is_refused_with_its_name(string text)
    {
        File.WriteAllText(Path.Combine(_folder, "file-1.json"), text);
        CommandFailure failure = Assert.Throws<CommandFailure>(() => new LayoutStore(_folder).Read("file-1"));
        Assert.Equal(ExitCode.Unavailable, failure.ExitCode);
        Assert.Contains("file-1.json' cannot be used", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_at_a_time_has_a_memory()
    {
        LayoutStore store = new(_folder);
        using (store.Lock(["file-1", "guest-2"]))
        {
            using IDisposable other = store.Lock(["file-3"]);
            Assert.Contains(
                "another terrace",
                Assert.Throws<CommandFailure>(() => store.Lock(["file-0", "guest-2"])).Message,
                StringComparison.Ordinal);

            // What was taken before the refusal was given back.
            store.Lock(["file-0"]).Dispose();
        }

        store.Lock(["guest-2", "file-1"]).Dispose();
    }
}
