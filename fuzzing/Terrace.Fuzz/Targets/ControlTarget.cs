using System.Text.Json;
using Terrace.Host.Control;
using Terrace.Host.Daemon;
using Terrace.Host.Files;

namespace Terrace.Fuzz.Targets;

/// <summary>Lines that peers send to the daemon, which any user may do, and that the daemon answers.</summary>
internal sealed class ControlTarget : IFuzzTarget
{
    public string Name => "control";

    public string Reads => "requests and answers of the control protocol, ranges of addresses in them";

    public int MaxBytes => 1024;

    public IReadOnlyList<string> Words =>
    [
        "\"version\":1", "\"command\":", "\"status\"", "\"targets\"", "\"set\"", "\"explain\"", "\"advise\"", "\"events\"",
        "\"target\":", "\"fast\":",
        "\"persist\":true", "\"address\":", "\"range\":\"0x7f0000000000-0x7f0040000000\"", "\"advice\":\"hot\"", "\"ok\":true",
        "\"groups\":[",
        "\"problem\":", "\"mend\":", "\"exitCode\":", "\"page\":{", "null", "\\ud800", "\\u0000", "1e999",
    ];

    public IEnumerable<byte[]> Seeds => CapturedFiles.Texts(
        """{"version":1,"command":"status"}""",
        """{"version":1,"command":"set","target":"web","fast":"40%","persist":true}""",
        """{"version":1,"command":"explain","target":"12","address":"0x7f0123456000"}""",
        """{"version":1,"command":"advise","range":"0x7f0000000000-0x7f0040000000","advice":"hot"}""",
        """{"version":1,"ok":false,"problem":"a","mend":"b","exitCode":2}""",
        "0x7f0000000000-0x7f0040000000");

    public void Run(ReadOnlySpan<byte> input)
    {
        ControlRequest? request = ControlConnection.Parse(input, out ControlResponse? refusal);
        Expect.That(request is null == refusal is not null);
        if (refusal is not null)
        {
            Expect.That(refusal is { Ok: false, Problem.Length: > 0, Fix.Length: > 0 });
            _ = JsonSerializer.SerializeToUtf8Bytes(refusal, ControlJson.Line.ControlResponse);
        }

        Check(request?.Range ?? System.Text.Encoding.UTF8.GetString(input));
        if (input.IndexOf("\"ok\""u8) < 0)
        {
            return;
        }

        try
        {
            _ = JsonSerializer.Deserialize(input, ControlJson.Default.ControlResponse);
        }
        catch (JsonException)
        {
            // What the client takes as a daemon that went away.
        }
    }

    private static void Check(string text)
    {
        if (ConfigurationValues.AddressRange(text, out (ulong Start, ulong End) range, out _))
        {
            Expect.That(range.Start < range.End);
        }
    }
}
