using Terrace.Cli.Layout;
using Terrace.Cli.Tiers;
using Terrace.Host.Daemon;
using Terrace.Host.Failures;
using Terrace.Host.Guests;
using Terrace.Linux.Kernel;

namespace Terrace.Fuzz.Targets;

/// <summary>
/// Files that Terrace itself wrote, and that a crash, a full disk or somebody else may have changed. The first byte says which of them
/// the rest is read as.
/// </summary>
internal sealed class StateFilesTarget : IFuzzTarget
{
    private static readonly InputFile s_file = new();
    private readonly Lazy<string> _folder;

    public StateFilesTarget() => _folder = new Lazy<string>(MakeFolder);

    public string Name => "state-files";

    public string Reads => "state files of kernel, layout, tiers, shares and followed layouts";

    public IReadOnlyList<string> Words =>
    [
        "\"version\": 1", "\"bootId\": ", "\"before\": {", "\"held\": {", "\"memory\": ", "\"isGuest\": false", "\"pages\": ",
        "\"phase\": ", "\"command\": ",
        "\"to\": \"0-256=0\"", "\"origin\": ", "\"policies\": [", "\"fastNodes\": ", "\"groups\": [", "\"name\": ", "\"mems\": ",
        "\"pid\": 1",
        "\"startTicks\": ", "\"live\": true", "\"layout\": {", "null", "\\ud800",
    ];

    public IEnumerable<byte[]> Seeds => CapturedFiles.Texts(
        """2{"version":1,"bootId":"a","before":{"numa-balancing":"0"},"held":{"numa-balancing":"2"}}""",
        """3{"version":1,"memory":"m","isGuest":false,"pages":512,"phase":"done","command":"c","to":"0-256=0 256-512=1","policies":[]}""",
        """4{"fastNodes":"0","switchedOn":true,"groups":[{"name":"system.slice","before":"","now":"1"}]}""",
        """0{"web":"40%","db":"2GiB"}""",
        """1{"version":1,"pid":1,"startTicks":5,"live":true,"layout":{"version":1,"epoch":1,"generation":1}}""",
        "3512\n");

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        byte which = input[0];
        s_file.Set(input[1..]);
        switch (which % 5)
        {
            case 0:
                Allow<InvalidDataException>(KernelBefore.Parse, input[1..].ToArray());
                break;
            case 1:
                LayoutStore store = new(_folder.Value);
                Allow<CommandFailure>(_ => store.Read("memory") is { } state ? store.Layout("memory", state.To) : null, []);
                _ = store.ReadPoint("memory");
                break;
            case 2:
                Allow<CommandFailure>(_ => new IsolationStore(_folder.Value).Read(), []);
                break;
            case 3:
                using (ShareOverrides shares = new(s_file.Path, (_, _) => { }))
                {
                    _ = shares.Load();
                }

                break;
            default:
                Expect.That(FollowedLayout.TryRead(s_file.Path, out _, out string? problem) is null == (problem is not null));
                break;
        }
    }

    // The refusal that the reader promises, and no other exception.
    private static void Allow<TRefusal>(Func<byte[], object?> read, byte[] input)
        where TRefusal : Exception
    {
        try
        {
            _ = read(input);
        }
        catch (TRefusal)
        {
            // Ordinary.
        }
    }

    // Every name in it leads to the input.
    private string MakeFolder()
    {
        string folder = TemporaryFolder.Make();
        Directory.CreateDirectory(Path.Combine(folder, "run/terrace"));
        foreach (string name in (ReadOnlySpan<string>)["run/terrace/isolate-before.json", "memory.json", "memory.point"])
        {
            File.CreateSymbolicLink(Path.Combine(folder, name), s_file.Path);
        }

        return folder;
    }
}
