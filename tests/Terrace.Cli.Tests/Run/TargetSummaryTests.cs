using Terrace.Cli.Run;

namespace Terrace.Cli.Tests.Run;

public sealed class TargetSummaryTests
{
    [Fact]
    public void What_holds_at_the_end_of_a_process_is_what_the_last_round_saw_that_saw_it_whole()
    {
        TargetSummary target = new();
        target.Note(358_400, 143_360, 143_360, 0.93);
        target.Note(358_300, 143_320, 143_320, 0.92);
        target.Note(90_000, 9000, 36_000, 0.1);
        target.Note(1551, 121, 620, 0);
        Assert.Equal((1551, 121), (target.Pages, target.FastPages));
        target.End();
        Assert.Equal((358_300, 143_320, 143_320, 0.92), (target.Pages, target.FastPages, target.BudgetPages, target.Hits));
    }

    [Fact]
    public void One_that_gave_memory_back_long_before_its_end_is_shown_as_small_as_it_was()
    {
        TargetSummary target = new();
        target.Note(100_000, 50_000, 50_000, 0.5);
        for (int round = 0; round < 8; round++)
        {
            target.Note(1000, 400, 400, 0.9);
        }

        target.End();
        Assert.Equal((1000, 400), (target.Pages, target.FastPages));
    }

    [Fact]
    public void One_that_no_round_saw_has_nothing()
    {
        TargetSummary target = new();
        target.End();
        Assert.Equal((0, 0), (target.Pages, target.FastPages));
    }
}
