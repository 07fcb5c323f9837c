using System.Text.Json;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Doctor;

public sealed class DoctorCommandTests
{
    [Fact]
    public void Json_has_the_documented_members_and_the_exit_code_says_the_same()
    {
        CommandRun run = CommandRun.Of("doctor", "--json");
        using JsonDocument document = JsonDocument.Parse(run.Out);
        JsonElement root = document.RootElement;
        Assert.Equal(["canManage", "kernelRelease", "checks"], CommandRun.NamesOf(root));
        Assert.Equal(root.GetProperty("canManage").GetBoolean() ? 0 : 69, run.ExitCode);
        Assert.All(root.GetProperty("checks").EnumerateArray(), check =>
        {
            Assert.Equal(["group", "name", "state", "essential", "neededFor", "detail", "fix", "mend"], CommandRun.NamesOf(check));
            Assert.Contains(check.GetProperty("state").GetString(), (string[])["works", "degraded", "missing"]);
            Assert.Equal(check.GetProperty("state").GetString() == "works", check.GetProperty("fix").ValueKind == JsonValueKind.Null);
        });
    }
}
