using Terrace.Core.Migration;

namespace Terrace.Core.Tests.Migration;

public sealed class RestraintTests
{
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(2);
    private readonly Restraint _restraint = new();

    [Fact]
    public void Pressure_that_lasts_ends_moves_within_ten_seconds()
    {
        _restraint.Update(0, 0.1, s_step);
        Assert.Equal(1, _restraint.Allowed);
        for (int i = 0; i < 5; i++)
        {
            _restraint.Update(0.12, 0.1, s_step);
        }

        Assert.Equal(0, _restraint.Allowed);
    }

    [Fact]
    public void Severe_pressure_and_pressure_that_was_there_before_end_moves_at_once()
    {
        Restraint other = new();
        other.Update(0.1, 0.1, s_step);
        Assert.Equal(0, other.Allowed);
        _restraint.Update(0, 0.1, s_step);
        _restraint.Update(0.6, 0.1, s_step);
        Assert.Equal(0, _restraint.Allowed);
    }

    [Fact]
    public void Between_the_marks_nothing_changes_and_below_them_the_rate_comes_back_slowly()
    {
        _restraint.Update(0.5, 0.1, s_step);
        _restraint.Update(0.07, 0.1, s_step);
        Assert.Equal(0, _restraint.Allowed);
        List<double> rates = [];
        for (int i = 0; i < 17; i++)
        {
            _restraint.Update(0.04, 0.1, s_step);
            rates.Add(_restraint.Allowed);
        }

        Assert.Equal(rates.Order(), rates);
        Assert.InRange(rates[0], Restraint.Least, 0.1);
        Assert.Equal(1, rates[^1]);
    }

    [Fact]
    public void A_threshold_that_is_off_never_holds_anything_back()
    {
        _restraint.Update(1, double.PositiveInfinity, s_step);
        _restraint.UpdateByRound(1, double.PositiveInfinity);
        Assert.Equal(1, _restraint.Allowed);
    }

    [Fact]
    public void Pressure_that_moves_cause_themselves_comes_to_rest_instead_of_going_on_and_off()
    {
        // The whole rate would make a pressure of 0.3, three times the threshold; the kernel's average follows with a delay of ten seconds.
        double average = 0;
        List<double> late = [];
        for (int second = 0; second < 600; second += 2)
        {
            average += (0.3 * _restraint.Allowed - average) * (1 - Math.Exp(-0.2));
            _restraint.Update(average, 0.1, s_step);
            if (second >= 200)
            {
                late.Add(_restraint.Allowed);
            }
        }

        Assert.All(late, rate => Assert.InRange(rate, Restraint.Least, 0.5));
        Assert.InRange(late.Max() - late.Min(), 0, 0.1);
    }

    [Fact]
    public void Moves_that_fail_slow_a_target_down_but_never_end_its_moves()
    {
        for (int round = 0; round < 20; round++)
        {
            _restraint.UpdateByRound(0.9, 0.5);
        }

        Assert.Equal(Restraint.Least, _restraint.Allowed);
        for (int round = 0; round < 4; round++)
        {
            _restraint.UpdateByRound(0.1, 0.5);
        }

        Assert.Equal(1, _restraint.Allowed);
    }
}
