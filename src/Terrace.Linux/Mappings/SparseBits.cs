namespace Terrace.Linux.Mappings;

/// <summary>
/// One bit for each page of a file, by its number in the file. Blocks of 4096 pages are allocated when a bit in them is set, so that
/// a large sparse file costs little.
/// </summary>
internal sealed class SparseBits
{
    /// <summary>64-bit words in a block.</summary>
    public const int BlockWords = 1 << BlockShift;

    private const int BlockShift = 6;

    private readonly Dictionary<long, ulong[]> _blocks = [];
    private long _lastBlock = -1;
    private ulong[]? _last;

    /// <summary>Numbers of blocks in which a bit is or was set: bits from <c>number × 4096</c> on.</summary>
    public Dictionary<long, ulong[]>.KeyCollection Blocks => _blocks.Keys;

    /// <summary>Memory that it holds, bytes.</summary>
    public long Bytes => _blocks.Count * ((BlockWords * sizeof(ulong)) + 48L);

    /// <summary>True when a bit is set.</summary>
    public bool HasAny
    {
        get
        {
            foreach (ulong[] block in _blocks.Values)
            {
                if (block.AsSpan().ContainsAnyExcept(0UL))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>True when bits of a block may be set.</summary>
    public bool HasBlock(long number) => _blocks.ContainsKey(number);

    /// <summary>True when a bit is set that is not set in <paramref name="other"/>.</summary>
    public bool HasOutside(SparseBits other)
    {
        foreach ((long number, ulong[] ours) in _blocks)
        {
            ulong[]? theirs = other._blocks.GetValueOrDefault(number);
            for (int i = 0; i < BlockWords; i++)
            {
                if ((ours[i] & ~(theirs is null ? 0 : theirs[i])) != 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>True when a bit is set in both.</summary>
    public bool Overlaps(SparseBits other)
    {
        foreach ((long number, ulong[] ours) in _blocks)
        {
            if (other._blocks.GetValueOrDefault(number) is { } theirs)
            {
                for (int i = 0; i < BlockWords; i++)
                {
                    if ((ours[i] & theirs[i]) != 0)
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>The 64 bits from bit <c>number × 64</c> on.</summary>
    public ulong Word(long number) => Block(number >> BlockShift) is { } block ? block[number & (BlockWords - 1)] : 0;

    /// <summary>The 64 bits from bit <paramref name="first"/> on, which need not be a multiple of 64.</summary>
    public ulong Read(long first)
    {
        int shift = (int)(first & 63);
        ulong low = Word(first >> 6) >> shift;
        return shift == 0 ? low : low | (Word((first >> 6) + 1) << (64 - shift));
    }

    /// <summary>
    /// Sets those of the 64 bits from <paramref name="first"/> on that are in <paramref name="mask"/> to what they are in
    /// <paramref name="value"/>.
    /// </summary>
    public void Write(long first, ulong value, ulong mask)
    {
        int shift = (int)(first & 63);
        SetWord(first >> 6, value << shift, mask << shift);
        if (shift != 0)
        {
            SetWord((first >> 6) + 1, value >> (64 - shift), mask >> (64 - shift));
        }
    }

    /// <summary>Clears every bit that is set in <paramref name="other"/>.</summary>
    public void Remove(SparseBits other)
    {
        foreach ((long number, ulong[] theirs) in other._blocks)
        {
            if (_blocks.TryGetValue(number, out ulong[]? ours))
            {
                for (int i = 0; i < BlockWords; i++)
                {
                    ours[i] &= ~theirs[i];
                }
            }
        }
    }

    /// <summary>Clears all bits; the blocks stay.</summary>
    public void Clear()
    {
        foreach (ulong[] block in _blocks.Values)
        {
            block.AsSpan().Clear();
        }
    }

    /// <summary>Clears every bit that is not set in <paramref name="kept"/>, and the same bits in <paramref name="also"/>.</summary>
    public void KeepOnly(SparseBits kept, SparseBits also)
    {
        foreach ((long number, ulong[] ours) in _blocks)
        {
            ulong[]? stay = kept._blocks.GetValueOrDefault(number);
            ulong[]? others = also._blocks.GetValueOrDefault(number);
            for (int i = 0; i < BlockWords; i++)
            {
                ulong lost = ours[i] & ~(stay is null ? 0 : stay[i]);
                ours[i] &= ~lost;
                if (others is not null)
                {
                    others[i] &= ~lost;
                }
            }
        }
    }

    private void SetWord(long number, ulong value, ulong mask)
    {
        if (mask == 0)
        {
            return;
        }

        ulong[]? block = Block(number >> BlockShift);
        if (block is null)
        {
            if ((value & mask) == 0)
            {
                return;
            }

            block = new ulong[BlockWords];
            _lastBlock = number >> BlockShift;
            _blocks.Add(_lastBlock, block);
            _last = block;
        }

        ref ulong word = ref block[number & (BlockWords - 1)];
        word = (word & ~mask) | (value & mask);
    }

    // Neighbouring words are asked for one after the other.
    private ulong[]? Block(long number)
    {
        if (number != _lastBlock)
        {
            _lastBlock = number;
            _last = _blocks.GetValueOrDefault(number);
        }

        return _last;
    }
}
