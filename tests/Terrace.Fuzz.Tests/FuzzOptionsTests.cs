namespace Terrace.Fuzz.Tests;

public sealed class FuzzOptionsTests
{
    [Fact]
    public void Without_words_all_targets_get_ten_million_inputs_one_after_another()
    {
        FuzzOptions options = FuzzOptions.Read([], out _)!;
        Assert.Equal((FuzzTargets.All, 10_000_000, 1, false), (options.Targets, options.Inputs, options.Jobs, options.Record));
    }

    [Theory]
    [InlineData("500", 500)]
    [InlineData("200k", 200_000)]
    [InlineData("3M", 3_000_000)]
    public void Numbers_of_inputs_have_thousands_and_millions(string text, long inputs)
    {
        FuzzOptions options = FuzzOptions.Read(["qemu", "--inputs", text, "btf", "--jobs", "2", "--record"], out _)!;
        Assert.Equal((inputs, 2, true), (options.Inputs, options.Jobs, options.Record));
        Assert.Equal(["qemu", "btf"], options.Targets.Select(target => target.Name));
    }

    [Theory]
    [InlineData("nothing", "there is no target nothing — ./fuzz --list names them")]
    [InlineData("--fast", "unknown option --fast — see ./fuzz --help")]
    [InlineData("--inputs", "--inputs takes a number, for example 10M or 200k")]
    [InlineData("--inputs 0", "--inputs takes a number, for example 10M or 200k")]
    [InlineData("--inputs 5G", "--inputs takes a number, for example 10M or 200k")]
    [InlineData("--jobs 65", "--jobs takes a number, for example 2")]
    public void What_cannot_be_is_refused_in_one_line(string words, string problem)
    {
        Assert.Null(FuzzOptions.Read(words.Split(' '), out string said));
        Assert.Equal(problem, said);
    }
}
