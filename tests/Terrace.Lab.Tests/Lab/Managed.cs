namespace Terrace.Lab.Tests;

/// <summary>
/// <c>terrace manage</c> in a lab machine for as long as it takes: a time that would do on the slowest host is a time that
/// all others wait for nothing.
/// </summary>
internal static class Managed
{
    /// <summary>
    /// <c>managed LEAST MOST CONDITION OPTION…</c> manages until a process's share in fast memory was within LEAST and MOST per
    /// cent after two rounds on end and the shell command CONDITION succeeds, and for three seconds more; then it ends it with
    /// SIGTERM. Leaves its events in /tmp/events, what it said in /tmp/said, its summary in /tmp/summary.json. What the share is
    /// in the end is for the caller to look at.
    /// </summary>
    public const string Functions = """
        # Shares after the last two rounds, per cent.
        within() {
            sed -n 's/.*"event":"round".*"pages":\([0-9]*\),.*"fastPagesAfter":\([0-9]*\),.*/\1 \2/p' /tmp/events | tail -n 2 \
                | awk -v least=$1 -v most=$2 '{ s = 100 * $2 / $1; if (s >= least && s <= most) n++ } END { exit n != 2 }'
        }
        managed() {
            least=$1 most=$2 condition=$3; shift 3
            rm -f /tmp/summary.json
            terrace manage "$@" --summary-json /tmp/summary.json --json > /tmp/events 2> /tmp/said & managing=$!
            n=0; until within $least $most && eval "$condition"; do
                sleep 0.5; n=$((n + 1))
                [ $n -lt 240 ] && kill -0 $managing || { tail -n 3 /tmp/events /tmp/said >&2; return 1; }
            done
            sleep 3
            kill $managing && wait $managing
        }

        """;
}
