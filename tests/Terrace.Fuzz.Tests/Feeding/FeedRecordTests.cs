using Terrace.Fuzz.Feeding;

namespace Terrace.Fuzz.Tests.Feeding;

public sealed class FeedRecordTests
{
    [Fact]
    public void An_input_that_is_run_again_at_once_counts_once_and_the_one_that_runs_is_kept()
    {
        string path = Path.GetTempFileName();
        using (FeedRecord record = new(path))
        {
            foreach (byte[] input in (byte[][])[[1, 2], [1, 2], [1, 2, 3], [1, 2], []])
            {
                record.Begin(input);
                record.End();
            }

            record.Begin([9, 9]);
            Assert.Equal((5, 6), (record.Inputs, record.Runs));
        }

        // As the process that watches finds it, when the one that ran the input has died.
        using (FeedRecord watched = new(path))
        {
            Assert.True(watched.IsRunning);
            Assert.Equal([9, 9], watched.Input.ToArray());
            Assert.Equal(5, watched.Inputs);
        }

        File.Delete(path);
    }

    [Fact]
    public void An_empty_input_counts_when_it_is_the_first()
    {
        string path = Path.GetTempFileName();
        using (FeedRecord record = new(path))
        {
            record.Begin([]);
            record.Begin([]);
            Assert.Equal(1, record.Inputs);
        }

        File.Delete(path);
    }
}
