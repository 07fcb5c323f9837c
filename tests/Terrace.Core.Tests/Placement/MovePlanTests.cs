using FsCheck.Xunit;
using Terrace.Core.Migration;
using Terrace.Core.Placement;

namespace Terrace.Core.Tests.Placement;

public sealed class MovePlanTests
{
    private static readonly MoveAllowance s_held = MoveAllowance.All with { Rate = 0, Promotions = false, OnlyToFree = true };

    [Property]
    public void Held_back_nothing_comes_up_and_only_what_frees_fast_memory_goes_down(int seed)
    {
        Random random = new(seed);
        MovePlan plan = PlanOf(random.Next(300), random.Next(300));
        long surplus = Math.Max(0, plan.Left(promotions: false) - plan.Left(promotions: true));
        long before = plan.PagesLeft;
        long dropped = plan.Restrain(s_held);
        Assert.Equal(before, dropped + plan.PagesLeft);
        Assert.Equal((0, surplus), (plan.Left(promotions: true), plan.Left(promotions: false)));

        // Asked again in the middle of it, after as many have moved, what is left stays.
        ulong[] addresses = new ulong[16];
        plan[0].PagesMoved += plan[0].Take(16, addresses, new ushort[16]);
        Assert.Equal(0, plan.Restrain(s_held));
    }

    [Fact]
    public void Without_demotions_nothing_moves_and_with_all_allowed_everything()
    {
        MovePlan plan = PlanOf(down: 90, up: 20);
        Assert.Equal(0, plan.Restrain(MoveAllowance.All));
        Assert.Equal(110, plan.Restrain(s_held with { Demotions = false }));
        Assert.Equal(0, plan.PagesLeft);
    }

    [Fact]
    public void A_plan_shrinks_alike_in_both_directions()
    {
        MovePlan plan = PlanOf(down: 160, up: 80);
        Assert.Equal(180, plan.Shrink(0.25));
        Assert.Equal((40, 20), (plan.Left(promotions: false), plan.Left(promotions: true)));
        Assert.Equal(0, plan.Shrink(1));
    }

    private static MovePlan PlanOf(int down, int up)
    {
        MovePlan plan = new();
        MoveList demotions = plan.ListFor(MoveRoute.To([1]), isPromotion: false);
        MoveList promotions = plan.ListFor(MoveRoute.To([0]), isPromotion: true);
        for (int i = 0; i < down; i++)
        {
            demotions.Add((ulong)i << 12, isHuge: false);
        }

        for (int i = 0; i < up; i++)
        {
            promotions.Add((1UL << 40) + ((ulong)i << 12), isHuge: false);
        }

        return plan;
    }
}
