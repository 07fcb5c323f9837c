#!/bin/sh
# The guest's side of ./demo. One argument: the fast share.
set -eu
share=$1
say() { printf '\n== %s\n' "$*"; }

say "The machine"
terrace topology
echo 0 > /proc/sys/kernel/numa_balancing # as the last line advises

say "A workload fills 1400 MiB, fast memory first; then 10 % of its pages take 90 % of its accesses"
terrace exercise --size 1400M --hot 10% --share 90% --fast "$share" --json > /tmp/exercise.jsonl &
exercise=$!
reports() { grep -c '"event":"report"' /tmp/exercise.jsonl || true; }
until [ "$(reports)" -ge 10 ]; do
    kill -0 $exercise
    sleep 0.5
done
begin=$(reports)

say "Terrace manages it for 45 s: terrace manage --pid $exercise --fast $share --for 45s"
terrace manage --pid $exercise --fast "$share" --for 45s --events /tmp/events.jsonl --heatmap /tmp/heatmap.svg --summary-json /tmp/summary.json &
manage=$!
# What the workload itself counts, every five seconds.
while kill -0 $manage 2>/dev/null; do
    sleep 5
    grep '"event":"report"' /tmp/exercise.jsonl | tail -n 1 |
        sed 's/.*"fastShare":\([0-9.]*\),"fastPageShare":\([0-9.]*\).*"ofOracle":\([0-9.]*\).*/\1 \2 \3/' |
        awk -v seconds=$(($(reports) - begin)) '{ printf "  after %3d s: fast memory serves %5.1f %% of the accesses (%5.1f %% of the best possible) with %4.1f %% of the pages\n", seconds, 100 * $1, 100 * $3, 100 * $2 }'
done
wait $manage
end=$(reports)
sleep 5
kill $exercise
wait $exercise || true

say "What the workload saw, counted at every access"
grep '"event":"report"' /tmp/exercise.jsonl |
    sed 's/.*"accessesPerSecond":\([0-9.]*\),"fastShare":\([0-9.]*\),"fastPageShare":\([0-9.]*\).*"ofOracle":\([0-9.]*\).*"longestStallMs":\([0-9.]*\).*/\1 \2 \3 \4 \5/' |
    awk -v begin="$begin" -v end="$end" '
        NR > 2 && NR <= begin { n++; share += $2; pages += $3; of += $4; speed += $1; if ($5 > stall) stall = $5 }
        NR > end - 20 && NR <= end { m++; share2 += $2; pages2 += $3; of2 += $4; speed2 += $1; if ($5 > stall2) stall2 = $5 }
        END {
            printf "  %-46s %10s %22s\n", "", "before", "managed, last 20 s"
            printf "  %-46s %9.1f%% %21.1f%%\n", "accesses served by fast memory", 100 * share / n, 100 * share2 / m
            printf "  %-46s %9.1f%% %21.1f%%\n", "of what the best placement could serve", 100 * of / n, 100 * of2 / m
            printf "  %-46s %9.1f%% %21.1f%%\n", "its pages in fast memory", 100 * pages / n, 100 * pages2 / m
            printf "  %-46s %9.1fM %21.1fM\n", "accesses per second (this machine is emulated)", speed / n / 1e6, speed2 / m / 1e6
            printf "  %-46s %7.1f ms %19.1f ms\n", "longest stall", stall, stall2
        }'
