package realgo

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sumlog.test/interop/sumlog"
)

// mustDownload demands that go gets and verifies a module.
func mustDownload(t *testing.T, g *goClient, m generated) {
	t.Helper()
	if out, err := g.download(m); err != nil {
		t.Fatalf("%s@%s: %v\n%s", m.Path, m.Version.Version, err, out)
	}
}

// latestSize is the first line after the title of the newest head that a machine has seen.
func latestSize(t *testing.T, g *goClient) string {
	t.Helper()
	note, err := os.ReadFile(filepath.Join(g.home, "go", "pkg", "sumdb", sumlog.LogName, "latest"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(note), "\n")[1]
}

func TestAClientFollowsTheLogThroughGrowthAndRestarts(t *testing.T) {
	tree, _ := writeTree(t, nil)
	first := writeModule(t, tree, theModules[0], "")
	var rest string
	for _, m := range theModules[1:] {
		rest += writeModule(t, tree, m, "")
	}
	for version, command := range goCommands(t) {
		t.Run(version, func(t *testing.T) {
			dir := sumlog.LogWith(t, first)
			key := sumlog.VerifierKey(t, dir)

			s := sumlog.Serve(t, dir)
			g := newGo(t, command, "file://"+tree, key+" "+s.URL)
			mustDownload(t, g, theModules[0])
			if got := latestSize(t, g); got != "1" {
				t.Errorf("the client holds a head of %s records, want 1", got)
			}

			// A restarted server is on the same timeline.
			s.Stop(t)
			s = sumlog.Serve(t, dir)
			g.sumDB = key + " " + s.URL
			g.cleanModules(t)
			mustDownload(t, g, theModules[0])

			// After growth the client accepts the new head.
			s.Stop(t)
			sumlog.Import(t, dir, rest)
			s = sumlog.Serve(t, dir)
			g.sumDB = key + " " + s.URL
			for _, m := range theModules {
				mustDownload(t, g, m)
			}
			if got := latestSize(t, g); got != "7" {
				t.Errorf("the client holds a head of %s records, want 7", got)
			}
		})
	}
}

// Two logs that grew from one empty log share key and name and nothing else: what a log becomes
// when somebody makes it anew with the old key.
func TestARecreatedLogIsCalledMisbehaving(t *testing.T) {
	tree, goSum := writeTree(t, theModules)
	lines := strings.SplitAfter(goSum, "\n")
	backwards := ""
	for i := len(lines) - 3; i >= 0; i -= 2 {
		backwards += lines[i] + lines[i+1]
	}
	for version, command := range goCommands(t) {
		t.Run(version, func(t *testing.T) {
			dir := sumlog.NewLog(t)
			recreated := filepath.Join(t.TempDir(), "recreated")
			if out, err := exec.Command("cp", "-r", dir, recreated).CombinedOutput(); err != nil {
				t.Fatalf("cp: %v\n%s", err, out)
			}
			sumlog.Import(t, dir, strings.Join(lines[:4], ""))
			sumlog.Import(t, recreated, backwards)
			key := sumlog.VerifierKey(t, dir)

			s := sumlog.Serve(t, dir)
			g := newGo(t, command, "file://"+tree, key+" "+s.URL)
			mustDownload(t, g, theModules[0])
			s.Stop(t)

			s = sumlog.Serve(t, recreated)
			g.sumDB = key + " " + s.URL
			out, err := g.download(theModules[6])
			if err == nil || !strings.Contains(out, "SECURITY ERROR") ||
				!strings.Contains(out, "misbehavior detected") {
				t.Errorf("%v, want misbehavior to be detected\n%s", err, out)
			}
		})
	}
}
