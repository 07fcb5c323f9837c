using Terrace.Linux.Interop;

namespace Terrace.Linux.Mappings;

/// <content>Reading the mappings, as a whole or bit by bit: a process may have 65,530 of them.</content>
public sealed partial class ManagedMappings
{
    private ReadingStep _step;
    private bool _isPrepared;
    private bool _takesLong;
    private bool _mayHaveChanged;
    private int _passed;

    /// <summary>What of a reading comes next.</summary>
    private enum ReadingStep
    {
        None,
        Policies,
        Mappings,

        /// <summary>There are mappings whose policy is not known.</summary>
        PoliciesAgain,
        MappingsAgain,
    }

    /// <summary>How long is read at a time; null: until the end.</summary>
    internal TimeSpan? Part => _calls.Part;

    /// <summary>Mappings as last read.</summary>
    internal int Count => Math.Max(0, _mappings);

    /// <summary>True between two parts of a reading.</summary>
    internal bool IsReading => _step != ReadingStep.None;

    /// <summary>
    /// Does a part of what <see cref="Refresh"/> would do, which then returns what came of it: false when there is more. What takes longer
    /// than one part needs a place (<see cref="LongWork"/>).
    /// </summary>
    internal bool Prepare(bool mayHaveChanged)
    {
        if (_isPrepared || Part is not { } span)
        {
            _mayHaveChanged |= mayHaveChanged;
            return true;
        }

        if (!IsReading)
        {
            if (_takesLong && !_calls.TryBeginLong())
            {
                _mayHaveChanged |= mayHaveChanged;
                return false;
            }

            Begin(mayHaveChanged);
            _takesLong = false;
        }

        if (!ReadOn(WorkPart.Of(span)))
        {
            _takesLong = true;
            if (!_calls.TryBeginLong())
            {
                BreakOff();
            }

            return false;
        }

        _calls.EndLong();
        _isPrepared = true;
        return true;
    }

    private void Begin(bool mayHaveChanged)
    {
        mayHaveChanged |= _mayHaveChanged;
        _mayHaveChanged = false;
        if (IsReading)
        {
            _mayHaveChanged = mayHaveChanged;
            return;
        }

        if (mayHaveChanged)
        {
            Placement.NoteChange();
        }

        if (Placement.IsReadingDue)
        {
            BeginPolicies(ReadingStep.Policies);
        }
        else if (mayHaveChanged || _mappings <= 0 || Advice.State != _advised || Placement.IsPassDue)
        {
            BeginPass(ReadingStep.Mappings);
        }
    }

    /// <summary>Ends a reading in the middle; the next begins again.</summary>
    private void BreakOff()
    {
        if (IsReading)
        {
            _step = ReadingStep.None;
            _mappings = 0;
            _maps.End();
            Placement.EndPolicies();
        }

        _isPrepared = false;
        _calls.EndLong();
    }

    private bool ReadOn(WorkPart part)
    {
        while (IsReading)
        {
            bool ended = _step is ReadingStep.Policies or ReadingStep.PoliciesAgain ? Placement.ReadPolicies(part) : PassOn(part);
            if (!ended)
            {
                return false;
            }

            switch (_step)
            {
                case ReadingStep.Policies:
                    BeginPass(ReadingStep.Mappings);
                    break;
                case ReadingStep.Mappings when _mappings > 0 && Placement.IsReadingDue:
                    BeginPolicies(ReadingStep.PoliciesAgain);
                    break;
                case ReadingStep.PoliciesAgain:
                    BeginPass(ReadingStep.MappingsAgain);
                    break;
                default:
                    _step = ReadingStep.None;
                    break;
            }
        }

        return true;
    }

    private void BeginPolicies(ReadingStep step)
    {
        _step = step;
        Placement.BeginPolicies();
    }

    private void BeginPass(ReadingStep step)
    {
        _step = step;
        Reads++;
        _advised = Advice.State;
        _count = 0;
        _fileCount = 0;
        _ownCount = 0;
        _untracked = 0;
        _untrackedFiles.Clear();
        _treatments.Clear();
        _shared.BeginReading();
        _private.BeginReading();
        Placement.BeginPass();
        _passed = 0;
        _maps.Restart();
    }

    private bool PassOn(WorkPart part)
    {
        while (_maps.TryNext(out MapsLine mapping))
        {
            Add(mapping);
            if (part.IsOver(++_passed))
            {
                return false;
            }
        }

        Placement.EndPass();
        UntrackedBytes = _untracked + _untrackedFiles.Count();
        LeavesAllAlone = _passed > 0 && _count == 0;
        _mappings = _maps.Error != 0 ? -_maps.Error : _passed;
        if (_maps.Error == 0)
        {
            _shared.EndReading();
        }

        return true;
    }
}
