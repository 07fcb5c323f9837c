using System.Globalization;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>
/// A KVM guest that checks its memory word by word while <c>terrace layout</c> moves that memory about under it
/// (lab-vm/kvm-guest/checked_guest.c).
/// </summary>
public sealed class LiveGuestTests
{
    private const int Layouts = 8;

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_running_guest_is_laid_out_again_and_again_without_a_lost_byte_and_small_slices_keep_its_pauses_short()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(
            new LabSpec { Nested = true, Nodes = NodeSpec.ParseList("dram:1G,cxl:512M,pmem:512M") });
        await vm.PutAsync(await GuestProgram.BuildAsync("checked_guest"), "/bin/checked_guest", TestContext.Current.CancellationToken);
        LabResult result = await vm.RunAsync(
            $$"""
            trap 'jobs -p > /tmp/left; kill -9 $(cat /tmp/left) 2> /dev/null' EXIT
            checked_guest /dev/shm/guest 16 >> /tmp/guest 2> /tmp/guest.err & guest=$!
            passes() {
                n=0; from=$(wc -l < /tmp/guest); until [ $(wc -l < /tmp/guest) -ge $((from + $1)) ]; do
                    sleep 0.2; n=$((n + 1))
                    [ $n -lt 300 ] && kill -0 $guest || { tail -n 3 /tmp/guest /tmp/guest.err >&2; exit 90; }
                done
            }
            # Puts a guest's every block elsewhere, time and again; what the guest says meanwhile is marked with the slice.
            relayout() {
                echo "slice $1" >> /tmp/guest
                turn=0
                while [ $turn -lt {{Layouts}} ]; do
                    turn=$((turn + 1))
                    case $((turn % 3)) in
                        0) terrace layout push /dev/shm/guest --node 2 --slice $1 --rate-limit 100G ;;
                        1) terrace layout stripe /dev/shm/guest --nodes 0,1,2 --block 64KiB --slice $1 --rate-limit 100G ;;
                        2) terrace layout stripe /dev/shm/guest --nodes 1,2,0 --block 256KiB --slice $1 --rate-limit 100G ;;
                    esac > /tmp/out 2>&1 || { cat /tmp/out /tmp/guest.err >&2; exit 91; }
                done
                passes 1
            }
            passes 1
            echo 'slice none' >> /tmp/guest
            passes 6
            relayout 16M
            relayout 256K
            relayout 64K
            passes 2
            kill -0 $guest || { cat /tmp/guest.err >&2; exit 92; }
            cat /tmp/guest
            exit 0
            """,
            TimeSpan.FromMinutes(8),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");

        Dictionary<string, double> longest = [];
        string slice = "";
        double guest = 0;
        double wall = 0;
        foreach (string[] words in result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')))
        {
            slice = words[0] == "slice" ? words[1] : slice;
            if (words[0] == "pass" && slice.Length > 0)
            {
                longest[slice] = Math.Max(longest.GetValueOrDefault(slice), Number(words[3]) / 1000);
                guest += Number(words[5]);
                wall += Number(words[7]);
            }
        }

        foreach ((string size, double milliseconds) in longest)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"longest time for a page of 4 KiB, slices of {size}: {milliseconds:0.0} ms"));
        }

        // The guest's clock goes as the host's does, so that what it calls a pause is one.
        Assert.InRange(guest, wall * 0.8, wall * 1.02);
        Assert.Equal(["none", "16M", "256K", "64K"], longest.Keys);
    }

    private static double Number(string word) => double.Parse(word, CultureInfo.InvariantCulture);
}
