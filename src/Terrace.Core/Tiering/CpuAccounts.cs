namespace Terrace.Core.Tiering;

/// <summary>
/// Says who waits when the processor time of <see cref="CpuBudget"/> is used up: those who took more than their part of it. All of a user's
/// processes have one account together; a process that is of no user in particular has its own. What comes in goes in equal parts to those
/// whose accounts are not full, so that who needs less than that never waits for who takes more.
/// </summary>
/// <param name="limit">Part of one CPU, as of the budget.</param>
/// <param name="burst">Time that can be saved up, all accounts together.</param>
/// <param name="time">The clock.</param>
internal sealed class CpuAccounts(double limit, TimeSpan burst, TimeProvider time)
{
    /// <summary>Accounts are filled no more often: there may be thousands.</summary>
    private static readonly TimeSpan s_fill = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<uint, CpuAccount> _ofUsers = [];
    private readonly List<CpuAccount> _accounts = [];
    private long _filledAt = time.GetTimestamp();
    private bool _anyOwes;

    /// <summary>Accounts that there are.</summary>
    public int Count => _accounts.Count;

    /// <summary>True when somebody has taken more than their part.</summary>
    public bool AnyOwes
    {
        get
        {
            Fill();
            return _anyOwes;
        }
    }

    /// <summary>Who has taken more than their part waits, and everybody when nobody has: the rest of the program costs time too.</summary>
    public bool Waits(CpuAccount account) => !AnyOwes || account.SavedSeconds < 0;

    /// <summary>
    /// How long who waits does so before they are asked again: until what they owe themselves has come in, if that is sooner than all that
    /// is owed: that may be somebody else's.
    /// </summary>
    public TimeSpan WaitOf(CpuAccount account, TimeSpan owed)
    {
        if (!AnyOwes)
        {
            return owed;
        }

        TimeSpan own = TimeSpan.FromSeconds(Math.Max(0, -account.SavedSeconds) * _accounts.Count / limit);
        own = own > s_fill ? own : s_fill;
        return own < owed ? own : owed;
    }

    /// <summary>Opens an account for one more process; null: of no user in particular.</summary>
    public CpuAccount Open(uint? user)
    {
        Fill();
        CpuAccount? account = null;
        if (user is not { } number || !_ofUsers.TryGetValue(number, out account))
        {
            account = new CpuAccount(user) { SavedSeconds = MostOf(_accounts.Count + 1) };
            _accounts.Add(account);
            if (user is { } known)
            {
                _ofUsers.Add(known, account);
            }
        }

        account.Processes++;
        return account;
    }

    /// <summary>A process has gone. What a user's have taken is still owed until it is paid off.</summary>
    public void Close(CpuAccount account)
    {
        account.Processes--;
        if (account.Processes == 0 && account.SavedSeconds >= 0)
        {
            Remove(account);
        }
    }

    /// <summary>Time was spent on a process; <paramref name="left"/> is what the budget has after it.</summary>
    public void Charge(CpuAccount account, TimeSpan spent, TimeSpan left)
    {
        // No more is owed than all owe and can be saved up: who used what nobody needed must not wait for ever when somebody does.
        double most = Math.Min(0, left.TotalSeconds) - burst.TotalSeconds;
        account.SavedSeconds = Math.Max(Math.Min(most, account.SavedSeconds), account.SavedSeconds - spent.TotalSeconds);
        _anyOwes |= account.SavedSeconds < 0;
    }

    private double MostOf(int accounts) => burst.TotalSeconds / Math.Max(1, accounts);

    private void Remove(CpuAccount account)
    {
        _accounts.Remove(account);
        if (account.User is { } user)
        {
            _ofUsers.Remove(user);
        }
    }

    private void Fill()
    {
        long now = time.GetTimestamp();
        TimeSpan since = time.GetElapsedTime(_filledAt, now);
        if (since < s_fill)
        {
            return;
        }

        _filledAt = now;
        double most = MostOf(_accounts.Count);
        int wanting = 0;
        foreach (CpuAccount account in _accounts)
        {
            wanting += account.SavedSeconds < most ? 1 : 0;
        }

        double part = since.TotalSeconds * limit / Math.Max(1, wanting);
        _anyOwes = false;
        for (int i = _accounts.Count - 1; i >= 0; i--)
        {
            CpuAccount account = _accounts[i];
            account.SavedSeconds = Math.Min(most, account.SavedSeconds + part);
            if (account.SavedSeconds < 0)
            {
                _anyOwes |= account.Processes > 0;
            }
            else if (account.Processes == 0)
            {
                Remove(account);
            }
        }
    }
}
