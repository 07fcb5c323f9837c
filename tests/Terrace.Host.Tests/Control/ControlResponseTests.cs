using System.Text.Json;
using Terrace.Core.Units;
using Terrace.Host.Control;

namespace Terrace.Host.Tests.Control;

public sealed class ControlResponseTests
{
    [Fact]
    public void What_is_wrong_and_its_fix_have_the_names_of_protocol_1_on_the_wire()
    {
        ControlResponse response = ControlResponse.Failure(64, new Problem("a; b", "c"));
        string line = JsonSerializer.Serialize(response, ControlJson.Line.ControlResponse);
        Assert.Equal("""{"version":1,"ok":false,"problem":"a; b","mend":"c","exitCode":64}""", line);
        Assert.Equal(response, JsonSerializer.Deserialize(line, ControlJson.Default.ControlResponse));
    }
}
