using Terrace.Fuzz.Campaigns;

namespace Terrace.Fuzz.Tests.Campaigns;

public sealed class FaultTests
{
    [Fact]
    public void A_parser_that_throws_and_one_that_breaks_a_promise_are_both_found()
    {
        Assert.Contains("IndexOutOfRangeException", Fault.Of(new Careless(), [])!.What, StringComparison.Ordinal);
        Assert.Contains("does not hold: input[0] < 128", Fault.Of(new Careless(), [200])!.What, StringComparison.Ordinal);
        Assert.Null(Fault.Of(new Careless(), [5]));
    }

    private sealed class Careless : IFuzzTarget
    {
        public string Name => "careless";

        public string Reads => "nothing of anybody's";

        public IReadOnlyList<string> Words => [];

        public IEnumerable<byte[]> Seeds => [];

        public void Run(ReadOnlySpan<byte> input) => Expect.That(input[0] < 128);
    }
}
