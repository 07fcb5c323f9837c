// Code that breaks the rules on purpose: the checks must find it.
namespace Terrace.Architecture.Tests.Samples.Placement
{
    internal sealed class Budget
    {
        public long Pages { get; set; } = 1;

        public static Budget Make() => new();
    }
}

namespace Terrace.Architecture.Tests.Samples.Tracking
{
    using Terrace.Architecture.Tests.Samples.Placement;

    internal sealed class HoldsUp
    {
        public List<Budget[]> Budgets { get; } = [];
    }

    internal static class CallsUp
    {
        // Named nowhere but in a method's body, and there only by inference.
        public static long Pages() => Budget.Make().Pages;
    }
}
