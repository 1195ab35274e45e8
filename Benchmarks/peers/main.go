// Times what Go's libraries take for the context work of one service: the job of `ctxchain bench`'s hops (extract, the
// standard work, inject) on the same context. Prints one line per peer: name, ns and allocations of one job, bytes that it
// writes. The time is CPU time of the whole process, so that the collector is in it.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"syscall"
	"unsafe"
)

const (
	batchCount       = 9
	batchNanoseconds = 15_000_000
	countedJobs      = 1_000
)

// One library, or code as it is written without one.
type peer interface {
	name() string
	// Does the job so many times; a checksum of what was read.
	run(count int) uint64
	// Names and values of the fields, or the bytes of the section, that the last job wrote.
	written() []string
}

func main() {
	peers := []peer{newJSONMap(), newValueChain(), newOpenTelemetry()}
	for _, one := range peers {
		checked(one)
	}
	counts := make([]int, len(peers))
	samples := make([][]float64, len(peers))
	for index, one := range peers {
		counts[index] = fitting(one)
	}
	for batch := 0; batch < batchCount; batch++ {
		for step := range peers {
			index := (step + batch) % len(peers)
			start := processNanoseconds()
			peers[index].run(counts[index])
			samples[index] = append(samples[index], float64(processNanoseconds()-start)/float64(counts[index]))
		}
	}
	for index, one := range peers {
		sort.Float64s(samples[index])
		fmt.Printf("%s %.1f %.4g %d\n", one.name(), samples[index][batchCount/2], allocations(one), size(one))
	}
}

// Ends the program when a peer does not carry what the others do.
func checked(one peer) {
	var sum checksum
	sum.foldText(arrivingRequestID)
	sum.foldText(tenant)
	sum.foldAbsent()
	if found, expected := one.run(1), sum.value(); found != expected {
		fmt.Fprintf(os.Stderr, "peers: %s read %x, expected %x\n", one.name(), found, expected)
		os.Exit(1)
	}
	if err := expectWritten(one.written()); err != nil {
		fmt.Fprintf(os.Stderr, "peers: %s: %v\n", one.name(), err)
		os.Exit(1)
	}
}

// Jobs that fill a batch. The search is the warm-up.
func fitting(one peer) int {
	for count := 64; ; count *= 4 {
		start := processNanoseconds()
		one.run(count)
		if taken := processNanoseconds() - start; taken >= batchNanoseconds/2 {
			return int(int64(count)*batchNanoseconds/taken) + 1
		}
	}
}

func allocations(one peer) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	one.run(countedJobs)
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / countedJobs
}

func size(one peer) int {
	total := 0
	for _, text := range one.written() {
		total += len(text)
	}
	return total
}

func processNanoseconds() int64 {
	const processCPUTime = 2 // CLOCK_PROCESS_CPUTIME_ID
	var time syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, processCPUTime, uintptr(unsafe.Pointer(&time)), 0); errno != 0 {
		panic(errno)
	}
	return time.Nano()
}
