using FsCheck.Xunit;
using Microsoft.Extensions.Time.Testing;
using Terrace.Core.Migration;

namespace Terrace.Core.Tests.Migration;

public sealed class TokenBucketTests
{
    [Property]
    public void Over_any_second_at_most_five_per_cent_more_than_the_rate_passes(int seed)
    {
        Random random = new(seed);
        long rate = random.NextInt64(1 << 20, 1L << 32);
        FakeTimeProvider clock = new();
        TokenBucket bucket = new(rate, clock);
        long start = clock.GetTimestamp();
        List<(long At, long Bytes)> passed = [];
        while (clock.GetElapsedTime(start) < TimeSpan.FromSeconds(4))
        {
            long bytes = random.Next(3) == 0 ? bucket.AvailableBytes : Math.Min(bucket.AvailableBytes, random.NextInt64(1, rate));
            if (bytes > 0)
            {
                bucket.Take(bytes);
                passed.Add((clock.GetTimestamp(), bytes));
            }

            clock.Advance(
                random.Next(4) == 0
                    ? TimeSpan.FromMilliseconds(random.Next(400))
                    : bucket.TimeUntil(bucket.BurstBytes / random.Next(1, 5)) + TimeSpan.FromTicks(1));
        }

        foreach ((long from, long _) in passed)
        {
            long inSecond = passed.Where(p => p.At >= from && p.At < from + TimeSpan.TicksPerSecond).Sum(p => p.Bytes);
            Assert.True(inSecond <= 1.05 * rate + 1, $"{inSecond} in one second at a rate of {rate}");
        }
    }

    [Property]
    public void A_flow_that_is_turned_down_and_up_never_lets_more_through_than_the_whole_one(int seed)
    {
        Random random = new(seed);
        FakeTimeProvider clock = new();
        TokenBucket whole = new(100 << 20, clock);
        TokenBucket turned = new(100 << 20, clock);
        long passedWhole = 0;
        long passedTurned = 0;
        for (int i = 0; i < 500; i++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(random.Next(60)));
            turned.Flow = random.Next(3) == 0 ? 1 : (random.Next(16) + 1) / 16.0;
            passedWhole += TakeAll(whole);
            passedTurned += TakeAll(turned);
            Assert.True(passedTurned <= passedWhole, $"{passedTurned} of {passedWhole}");
        }
    }

    [Fact]
    public void What_a_lower_flow_makes_wait_passes_when_it_said_it_would()
    {
        FakeTimeProvider clock = new();
        TokenBucket bucket = new(1 << 20, clock) { Flow = 0.25 };
        TakeAll(bucket);
        TimeSpan wait = bucket.TimeUntil(16 << 10);
        Assert.InRange(wait.TotalSeconds, 0.06, 0.065);
        clock.Advance(wait);
        Assert.True(bucket.AvailableBytes >= 16 << 10);
    }

    [Fact]
    public void A_greedy_user_gets_the_whole_rate()
    {
        FakeTimeProvider clock = new();
        TokenBucket bucket = new(100 << 20, clock);
        long start = clock.GetTimestamp();
        long passed = 0;
        while (clock.GetElapsedTime(start) < TimeSpan.FromSeconds(10))
        {
            long bytes = bucket.AvailableBytes;
            bucket.Take(bytes);
            passed += bytes;
            clock.Advance(bucket.TimeUntil(bucket.BurstBytes));
        }

        Assert.InRange(passed / (10.0 * (100 << 20)), 0.99, 1.01);
    }

    [Fact]
    public void What_cannot_be_divided_runs_into_debt_that_is_paid_first()
    {
        FakeTimeProvider clock = new();
        TokenBucket bucket = new(1 << 20, clock);
        bucket.Take(2 << 20);
        Assert.True(bucket.AvailableBytes < 0);
        Assert.InRange(bucket.TimeUntil(4096).TotalSeconds, 1.9, 2.1);
    }

    private static long TakeAll(TokenBucket bucket)
    {
        long bytes = bucket.AvailableBytes;
        bucket.Take(bytes);
        return bytes;
    }
}
