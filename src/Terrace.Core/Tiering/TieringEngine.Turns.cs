namespace Terrace.Core.Tiering;

/// <content>Whose step comes when, and who waits.</content>
public sealed partial class TieringEngine
{
    /// <summary>For the processes of one user in a step.</summary>
    private static readonly TimeSpan s_userTurn = TimeSpan.FromMilliseconds(10);

    /// <summary>For those of all users.</summary>
    private static readonly TimeSpan s_usersTurn = TimeSpan.FromMilliseconds(50);

    /// <summary>What a look at a process that sleeps takes is averaged over as many steps.</summary>
    private const int RestsToAverage = 8;

    // Who of the users' had a turn last, and which turn it is.
    private int _next;
    private long _turn;

    // Steps since processor time was last read that found a process asleep, and what one takes.
    private int _restSteps;
    private TimeSpan _costOfRest;

    /// <summary>
    /// Users' processes have their turns after root's, each user for a while and all of them together: whoever has very many that take
    /// long keeps nobody from theirs. What is left is due at once in the next step.
    /// </summary>
    private void StepUsers()
    {
        long begun = _time.GetTimestamp();
        _turn++;
        for (int left = _soon.Count; left > 0 && _soon.Count > 0; left--)
        {
            _next = _next <= 0 || _next > _soon.Count ? _soon.Count - 1 : _next - 1;
            TieringTarget target = _soon[_next];
            CpuAccount account = target.Account;
            if (account.User is null || IsPaused || target.Group.IsPaused || account.HadTurn(_turn, s_userTurn))
            {
                continue;
            }

            long start = _time.GetTimestamp();
            if (_time.GetElapsedTime(begun, start) >= s_usersTurn)
            {
                // It is the first next time.
                _next++;
                return;
            }

            StepIfDue(target);
            account.Turn += _time.GetElapsedTime(start);
        }
    }

    private void StepIfDue(TieringTarget target)
    {
        if (target.DueAt <= _time.GetTimestamp() && !IsHeldBack(target) && !StepOf(target))
        {
            int pid = target.Process.Pid;
            RemoveAt(_targets.IndexOf(target));
            _observer?.OnTargetGone(pid);
        }
    }

    private bool StepOf(TieringTarget target)
    {
        // As of the step before, or a little later.
        TimeSpan begun = _cpu!.SpentThen;
        bool stays = _rounds.Step(target, _targets);
        if (target.OnlyRested)
        {
            _restSteps++;
            _accounts!.Charge(target.Account, _costOfRest, _cpu.LeftThen);
        }
        else if (_cpu.Left is { } left)
        {
            TimeSpan spent = _cpu.SpentThen - begun - (_restSteps * _costOfRest);
            _accounts!.Charge(target.Account, spent > TimeSpan.Zero ? spent : TimeSpan.Zero, left);
            _restSteps = 0;
        }

        return stays;
    }

    /// <summary>
    /// Of thousands of processes that sleep each look takes some microseconds, and so would reading what it took: each pays what they took
    /// on average.
    /// </summary>
    private void AccountForRests()
    {
        if (_restSteps > 0)
        {
            TimeSpan begun = _cpu!.SpentThen;
            _ = _cpu.Left;
            _costOfRest = ((_costOfRest * (RestsToAverage - 1)) + ((_cpu.SpentThen - begun) / _restSteps)) / RestsToAverage;
            _restSteps = 0;
        }
    }

    /// <summary>
    /// A round that would begin, or a slice that would move, waits while processor time is owed, if those who pay for it took more than
    /// their part (<see cref="CpuAccounts"/>). A scan within a round does not, because a stretched interval would make its count mean
    /// something else, and a new target's first round does not, so that it is at its share soon; but a user's does who took more, and all
    /// do from when as much is owed as may be saved up: where new ones come all the time, as with a database that starts a process for
    /// each connection, there would be first rounds only. A process that replaces its program is not new, for the same reason.
    /// </summary>
    private bool IsHeldBack(TieringTarget target)
    {
        if (target.Phase is TargetPhase.Scan or TargetPhase.Look || _cpu!.OwedLately is not { Ticks: > 0 } owed)
        {
            return false;
        }

        bool isNew = !target.IsReplaced && (target.Rounds == 0 || (target.Rounds == 1 && target.Phase == TargetPhase.Move));
        isNew = isNew && _cpu.Left > -_options.CpuBurst;
        CpuAccount account = target.Account;
        if (isNew ? account.User is null || account.SavedSeconds >= 0 : !_accounts!.Waits(account))
        {
            return false;
        }

        TimeSpan wait = _accounts!.WaitOf(account, owed);
        target.Report.Cost += new RoundCost { CpuWait = wait };
        DueIn(target, wait);
        return true;
    }

    private void DueIn(TieringTarget target, TimeSpan delay) =>
        target.DueAt = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
}
