namespace Terrace.Fuzz.Tests;

/// <summary>What ./fuzz does for hours with feedback, here for seconds and without: the targets work, and nothing obvious breaks.</summary>
public sealed class FuzzTargetTests
{
    private const int Inputs = 4000;

    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Seeds_and_thousands_of_changed_ones_are_read_or_refused_and_never_fault(string name)
    {
        IFuzzTarget target = FuzzTargets.Find(name)!;
        foreach (byte[] seed in target.Seeds)
        {
            target.Run(seed);
        }

        target.Run([]);
        Mutations mutations = new(target, number: 7);
        for (int i = 0; i < Inputs; i++)
        {
            byte[] input = mutations.Next();
            try
            {
                target.Run(input);
            }
            catch (Exception error)
            {
                Assert.Fail($"input {i} of {name}, base 64: {Convert.ToBase64String(input)}\n{error}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_target_begins_with_inputs_of_its_size_and_has_words(string name)
    {
        IFuzzTarget target = FuzzTargets.Find(name)!;
        Assert.NotEmpty(target.Seeds);
        Assert.All(target.Seeds, seed => Assert.NotEmpty(seed));
        Assert.All(target.Words, word => Assert.InRange(word.Length, 1, 128));
        Assert.NotEmpty(target.Words);
        Assert.NotEmpty(target.Reads);
    }

    [Fact]
    public void Names_are_words_and_each_is_of_one_target()
    {
        Assert.Equal(FuzzTargets.All.Count, FuzzTargets.All.Select(target => target.Name).Distinct().Count());
        Assert.All(FuzzTargets.All, target => Assert.Matches("^[a-z][a-z-]+$", target.Name));
    }
}
