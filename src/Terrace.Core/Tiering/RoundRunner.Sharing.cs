namespace Terrace.Core.Tiering;

/// <content>What comes between a round's moves and its end: the kernel learns its heat.</content>
internal sealed partial class RoundRunner
{
    private readonly HeatSharing _sharing = new(machine, time);

    /// <summary>Moves on to what comes after the moves, when pages lie where they are to be.</summary>
    private void BeginSharing(TieringTarget target)
    {
        if (!_sharing.Begin(target))
        {
            FinishRound(target);
            return;
        }

        target.Phase = TargetPhase.Share;
        DueIn(target, TimeSpan.Zero);
    }

    private bool Share(TieringTarget target)
    {
        if (_sharing.Step(target))
        {
            DueIn(target, TimeSpan.Zero);
        }
        else
        {
            FinishRound(target);
        }

        return true;
    }
}
