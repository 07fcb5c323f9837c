using System.Text;
using Terrace.Host.Configuration;
using Terrace.Host.Files;

namespace Terrace.Fuzz.Targets;

/// <summary>The configuration of the daemon.</summary>
internal sealed class ConfigurationTarget : IFuzzTarget
{
    public string Name => "configuration";

    public string Reads => "terrace.yaml";

    public IReadOnlyList<string> Words =>
    [
        "rules:\n", "  - name: ", "    match: ", "cgroup: ", "executable: ", "command: ", "user: ", "unit: ", "container: ", "pod: ",
        "vm: ", "fast: 40%\n",
        "per: ", "min: ", "max: ", "weight: ", "priority: ", "class: ", "tracker: ", "scans: ", "interval: 10ms..1s\n",
        "rate-limit: 100MiB/s\n",
        "share-heat: ", "dry-run: ", "exclude: ", "areas: ", "kind: heap", "treat: hot", "memfd: ", "range: 0x1000-0x2000",
        "cpu-limit: ", "headroom: ",
        "kernel: ", "metrics: ", "version: 1\n", "&a ", "*a", "<<: ", "--- ", "!!int ", "? ", "|\n", ">\n", "{ ", " }", "[ ", " ]",
    ];

    public IEnumerable<byte[]> Seeds => CapturedFiles.In("src/Terrace.Host/Configuration", "terrace.yaml").Concat(CapturedFiles.Texts(
        """
        rules:
          - name: web
            match: { cgroup: "/system.slice/web*", user: www }
            fast: 40%
            min: 1GiB
            interval: 10ms..1s
            areas:
              - { kind: heap, treat: hot }
              - { memfd: "cache*", treat: ignore }

        """,
        """{"rules":[{"name":"r","match":{"user":"u"},"areas":[{"range":"0x1000-0x2000","treat":"cold"}]}]}"""));

    public void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        DaemonConfiguration? read = ConfigurationFile.Parse("terrace.yaml", text, out IReadOnlyList<ConfigurationProblem> problems);
        Expect.That(read is null == problems.Count > 0);
        foreach (ConfigurationProblem problem in problems)
        {
            Expect.That(problem.Problem.What.Length > 0);
            Expect.That(problem.Problem.Fix.Length > 0);
        }
    }
}
