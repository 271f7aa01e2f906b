// Go's run time at work: goroutines, channels, timers, standard input, files in the directory os.Args[1].
package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"sync"
	"time"
)

// squares adds the squares of 1...n, each in a goroutine of its own.
func squares(n int) int {
	results := make(chan int)
	var workers sync.WaitGroup
	for i := 1; i <= n; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			results <- i * i
		}()
	}
	go func() {
		workers.Wait()
		close(results)
	}()
	sum := 0
	for square := range results {
		sum += square
	}
	return sum
}

// race says which of two timers comes first while a third goroutine keeps ticking.
func race() string {
	ticks := time.NewTicker(2 * time.Millisecond)
	defer ticks.Stop()
	seen := 0
	for {
		select {
		case <-ticks.C:
			seen++
		case <-time.After(time.Second):
			return "timeout"
		}
		if seen == 5 {
			return "five ticks"
		}
	}
}

func lines() map[string]int {
	counts := map[string]int{}
	for scanner := bufio.NewScanner(os.Stdin); scanner.Scan(); {
		counts[scanner.Text()]++
	}
	return counts
}

func files(home string) error {
	path := filepath.Join(home, "a", "b", "text.txt")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte("from Go\n"), 0o644); err != nil {
		return err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	fmt.Printf("%q\n", text)
	var names []string
	err = filepath.WalkDir(home, func(path string, entry os.DirEntry, err error) error {
		name, _ := filepath.Rel(home, path)
		names = append(names, name)
		return err
	})
	if err != nil {
		return err
	}
	sort.Strings(names)
	fmt.Println(names)
	return os.RemoveAll(filepath.Join(home, "a"))
}

func main() {
	fmt.Println("squares", squares(100))
	fmt.Println("race", race())
	fmt.Println("lines", lines())
	if err := files(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "tour:", err)
		os.Exit(2)
	}
	os.Exit(7)
}
