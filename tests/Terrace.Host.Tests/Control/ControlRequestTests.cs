using System.Text;
using Terrace.Host.Control;
using Terrace.Host.Daemon;

namespace Terrace.Host.Tests.Control;

public sealed class ControlRequestTests
{
    [Fact]
    public void A_request_of_this_version_is_read()
    {
        ControlRequest? request = Parse(
            """{"version":1,"command":"set","target":"a","fast":"40%","persist":true}""",
            out ControlResponse? refusal);
        Assert.Null(refusal);
        Assert.Equal(("set", "a", "40%", true), (request!.Command, request.Target, request.Fast, request.Persist));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"version\":2,\"command\":\"status\"}")]
    [InlineData("{\"version\":1,\"command\":null}")]
    [InlineData("{\"version\":1,\"command\":\"status\",\"root\":true}")]
    [InlineData("{\"version\":1,\"version\":1,\"command\":\"status\"}")]
    [InlineData("{\"version\":1,\"command\":{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":1}}}}}}}}")]
    public void Anything_else_is_refused_with_a_reason_and_a_fix(string line)
    {
        Assert.Null(Parse(line, out ControlResponse? refusal));
        Assert.False(refusal!.Ok);
        Assert.NotEmpty(refusal.Problem!);
        Assert.NotEmpty(refusal.Fix!);
    }

    [Fact]
    public void Mutated_requests_are_read_or_refused_and_nothing_else()
    {
        byte[] good = Encoding.UTF8.GetBytes("""{"version":1,"command":"explain","target":"123","address":"7f00","persist":false}""");
        Random random = new(7);
        for (int i = 0; i < 200_000; i++)
        {
            byte[] line = [.. good];
            for (int change = random.Next(1, 6); change > 0; change--)
            {
                line[random.Next(line.Length)] = (byte)random.Next(256);
            }

            ControlRequest? request = ControlConnection.Parse(line.AsSpan(0, random.Next(line.Length + 1)), out ControlResponse? refusal);
            Assert.True(request is null != refusal is null);
        }
    }

    private static ControlRequest? Parse(string line, out ControlResponse? refusal) =>
        ControlConnection.Parse(Encoding.UTF8.GetBytes(line), out refusal);
}
