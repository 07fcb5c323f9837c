namespace Terrace.Lab.Tests;

/// <summary>
/// <c>terrace layout</c> on shared memory of a stock kernel with three nodes; where pages are is seen by the process that uses
/// them, not by the command.
/// </summary>
[Collection("lab")]
public sealed class LayoutTests(LayoutMachine lab) : IClassFixture<LayoutMachine>
{
    // Line 1 is the heading; then a line for each page, its node second.
    private const string Striped = """
        striped() { awk -F, 'NR > 1 { pages++; if ($2 != int((NR - 2) / 256) % 3) wrong++ } END { print pages, wrong + 0 }' $1; }

        """;

    [Fact]
    public Task Pages_in_use_are_striped_over_three_nodes_one_by_one_and_their_content_is_unharmed() => lab.RunAsync(Striped + """
        start held terrace exercise --size 128M --shared /dev/shm/a --pages-to /tmp/a.csv; held=$pid
        cp /dev/shm/a /tmp/copy
        code 0 terrace layout stripe /dev/shm/a --nodes 0,1,2 --block '256 pages' --rate-limit 100G --json
        is outcome "$(field outcome)" done
        is 'in use' "$(field inUsePages)" 32768
        is elsewhere "$(field elsewherePages)" 0
        cmp /dev/shm/a /tmp/copy || exit 10
        end $held
        is 'pages and wrong ones' "$(striped /tmp/a.csv)" '32768 0'
        rm /tmp/copy
        """);

    [Fact]
    public Task Pages_that_were_not_allocated_are_allocated_where_the_layout_says_whoever_touches_them() => lab.RunAsync(Striped + """
        empty /dev/shm/b 128M
        code 0 terrace layout stripe /dev/shm/b --nodes 0,1,2 --block 1MiB --json
        is 'in use' "$(field inUsePages)" 0
        # The policy is the file's: it holds after the command has ended, and whoever looks allocates nothing.
        is allocated "$(stat -c %b /dev/shm/b)" 0
        start later terrace exercise --size 128M --shared /dev/shm/b --pages-to /tmp/b.csv; later=$pid
        end $later
        is 'pages and wrong ones' "$(striped /tmp/b.csv)" '32768 0'
        code 0 terrace layout show /dev/shm/b
        said 'every page in memory is where it says'
        """);

    [Fact]
    public Task What_is_prepared_changes_nothing_until_it_is_committed_and_can_be_given_up() => lab.RunAsync("""
        start held terrace exercise --size 32M --shared /dev/shm/c; held=$pid
        was=$(nodes $held /dev/shm/c)
        code 0 terrace layout push /dev/shm/c --node 2 --dry-run
        said 'would move 32 MiB'
        code 0 terrace layout push /dev/shm/c --node 2 --prepare
        is 'while prepared' "$(nodes $held /dev/shm/c)" "$was"
        code 69 terrace layout push /dev/shm/c --node 1
        said 'another change of this layout is prepared: push --node 2'
        code 0 terrace layout abort /dev/shm/c
        is 'given up' "$(nodes $held /dev/shm/c)" "$was"
        code 69 terrace layout commit /dev/shm/c
        printf 'version: 1\nranges:\n- { size: 16MiB, node: 2 }\n- { to: end, node: 1 }\n' > /tmp/layout.yaml
        code 0 terrace layout apply /dev/shm/c /tmp/layout.yaml --prepare
        code 0 terrace layout commit /dev/shm/c
        is committed "$(nodes $held /dev/shm/c)" 'N1=4096 N2=4096'
        code 2 terrace layout set /dev/shm/c 0..8MiB=0 4KiB..8KiB=1
        said overlaps
        code 0 terrace layout set /dev/shm/c 0..8MiB=0 '4096 pages..end=2'
        is set "$(nodes $held /dev/shm/c)" 'N0=2048 N2=6144'
        printf 'ranges:\n- { to: end, node: 7 }\n' > /tmp/layout.yaml
        code 78 terrace layout apply /dev/shm/c /tmp/layout.yaml
        said 'layout.yaml:2: ranges.0..node: there is no node 7'
        is 'left alone' "$(nodes $held /dev/shm/c)" 'N0=2048 N2=6144'
        end $held
        """);

    [Fact]
    public Task A_node_that_is_full_midway_has_all_taken_back_or_stops_where_the_same_command_continues() => lab.RunAsync("""
        start held terrace exercise --size 64M --shared /dev/shm/d; held=$pid
        free=$(awk '/MemFree/ { print int($4 / 1024) }' /sys/devices/system/node/node2/meminfo)
        start hog terrace exercise --size $((free - 40))M --bind 2 --no-measure; hog=$pid
        was=$(nodes $held /dev/shm/d)
        code 75 terrace layout push /dev/shm/d --node 2 --rate-limit 100G
        said 'node 2 has no room for more pages: what was done has been taken back'
        is 'taken back' "$(nodes $held /dev/shm/d)" "$was"
        ls /run/terrace/layout/*.json 2> /dev/null && exit 10
        code 75 terrace layout push /dev/shm/d --node 2 --rate-limit 100G --on-full stop
        said 'node 2 has no room for more pages: stopped at'
        nodes $held /dev/shm/d | grep -q 'N[01]=.*N2=' || { nodes $held /dev/shm/d >&2; exit 11; }
        end $hog
        code 0 terrace layout push /dev/shm/d --node 2 --rate-limit 100G
        is 'in the end' "$(nodes $held /dev/shm/d)" 'N2=16384'
        end $held
        """);

    [Fact]
    public Task Halves_change_places_where_fast_memory_has_no_room_for_both() => lab.RunAsync("""
        start held terrace exercise --size 128M --shared /dev/shm/m; held=$pid
        code 0 terrace layout set /dev/shm/m 0..64MiB=2 64MiB..end=0
        free() { awk '/MemFree/ { print int($4 / 1024) }' /sys/devices/system/node/node0/meminfo; }
        # Memory of ended commands comes back bit by bit on a slow machine: counted once it has stopped growing.
        n=0; until before=$(free); sleep 1; [ $(free) -le $((before + 1)) ]; do n=$((n + 1)); [ $n -lt 60 ] || exit 9; done
        start hog terrace exercise --size $(($(free) - 58))M --bind 0 --no-measure; hog=$pid
        # A half is 64 MiB. With too little the kernel's reserve is all that is left, and nothing can change places.
        # What commands before had may come back only now.
        rest=; [ $(free) -lt 64 ] || { start rest terrace exercise --size $(($(free) - 58))M --bind 0 --no-measure; rest=$pid; }
        [ $(free) -lt 64 ] || { echo "$(free) MiB are free" >&2; exit 10; }
        code 0 terrace layout set /dev/shm/m 0..64MiB=0 64MiB..end=2 --rate-limit 100G
        is 'changed places' "$(nodes $held /dev/shm/m)" 'N0=16384 N2=16384'
        code 0 terrace layout show /dev/shm/m --json
        is elsewhere "$(field elsewherePages)" 0
        [ -z "$rest" ] || end $rest
        end $hog; end $held
        """);

    [Fact]
    [Trait("Category", "Long")]
    public Task Killed_midway_it_continues_with_the_same_command_or_goes_back_with_abort() => lab.RunAsync("""
        start held terrace exercise --size 64M --shared /dev/shm/e; held=$pid
        cp /dev/shm/e /tmp/copy
        code 0 terrace layout push /dev/shm/e --node 0
        terrace layout push /dev/shm/e --node 1 --rate-limit 16M > /dev/null 2>&1 & change=$!
        begun
        kill -9 $change; wait $change
        nodes $held /dev/shm/e | grep -q '^N0=[0-9]* N1=[0-9]*$' || { nodes $held /dev/shm/e >&2; exit 10; }
        code 0 terrace layout show /dev/shm/e --json
        is phase "$(field phase)" moving
        code 69 terrace layout push /dev/shm/e --node 2
        said 'another change of this layout is not finished: push --node 1'
        code 0 terrace layout push /dev/shm/e --node 1
        is 'gone on' "$(nodes $held /dev/shm/e)" 'N1=16384'
        # Slower than another one's patience for the lock.
        terrace layout push /dev/shm/e --node 2 --rate-limit 3M > /dev/null 2>&1 & change=$!
        begun
        code 69 terrace layout push /dev/shm/e --node 0
        said 'another terrace is changing this layout'
        kill -9 $change; wait $change
        code 0 terrace layout abort /dev/shm/e
        is 'gone back' "$(nodes $held /dev/shm/e)" 'N1=16384'
        code 0 terrace layout show /dev/shm/e --json
        is 'in force again' "$(field phase)" done
        cmp /dev/shm/e /tmp/copy || exit 11
        end $held
        """);

    [Fact]
    public Task A_file_that_is_replaced_midway_ends_the_change_and_what_is_no_shared_memory_is_refused() => lab.RunAsync("""
        start held terrace exercise --size 64M --shared /dev/shm/f; held=$pid
        terrace layout push /dev/shm/f --node 1 --rate-limit 16M > /tmp/out 2> /tmp/err & change=$!
        begun
        empty /dev/shm/g 1M; mv /dev/shm/g /dev/shm/f
        wait $change; is 'exit code' $? 66
        said 'the file was replaced or removed'
        ls /run/terrace/layout/*.json 2> /dev/null && exit 10
        code 66 terrace layout show /dev/shm/nowhere
        code 69 terrace layout push $held --node 1
        said 'shows no memory of a guest'
        code 2 terrace layout push /dev/shm/f --node 5
        said 'there is no node 5'
        end $held
        """);
}
