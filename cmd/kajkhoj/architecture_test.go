package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/kajkhoj/kajkhoj/"

// arrows says what each package of the project may import of the project.
// Everyone may import internal/market, which imports the standard library
// only. "…" allows the packages below it too.
var arrows = map[string][]string{
	"config":                          {},
	"internal/market":                 {},
	"internal/config":                 {},
	"internal/loop":                   {},
	"internal/locale":                 {},
	"internal/phrase":                 {},
	"internal/normalize":              {"internal/phrase"},
	"internal/classify":               {"internal/phrase"},
	"internal/classify/learn":         {"internal/classify", "internal/phrase"},
	"internal/gold":                   {},
	"internal/fetch":                  {},
	"internal/fetch/fetchtest":        {"internal/fetch"},
	"internal/source":                 {"internal/fetch"},
	"internal/recipe":                 {"internal/source", "internal/fetch"},
	"internal/detect":                 {"internal/recipe", "internal/source", "internal/fetch"},
	"internal/collect":                {"internal/source", "internal/fetch"},
	"internal/health":                 {"internal/source"},
	"internal/alert":                  {"internal/search"},
	"internal/mail":                   {"internal/locale", "internal/alert"},
	"internal/mail/mailbox":           {},
	"internal/search":                 {},
	"internal/search/local":           {"internal/search"},
	"internal/search/meili":           {"internal/search"},
	"internal/search/meili/meilitest": {},
	"internal/search/searchtest":      {"internal/search", "config"},
	"internal/store":                  {},
	"internal/store/storetest":        {"internal/store"},
	"internal/web":                    {"internal/search", "internal/source", "internal/locale", "internal/health"},
	"internal/demo":                   {"internal/source", "internal/recipe"},
}

// The packages that know everyone.
var free = []string{"cmd/", "scrapers"}

func TestArrows(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		fields := strings.Fields(line)
		pkg, imports := strings.TrimPrefix(fields[0], module), fields[1:]
		seen[pkg] = true
		if slices.ContainsFunc(free, func(p string) bool { return strings.HasPrefix(pkg, p) }) {
			continue
		}
		allowed, known := arrows[pkg]
		if !known {
			t.Errorf("%s is in no list: say here what it may import", pkg)
			continue
		}
		for _, imp := range imports {
			own, ok := strings.CutPrefix(imp, module)
			switch {
			case !ok:
				if pkg == "internal/market" && strings.Contains(strings.Split(imp, "/")[0], ".") {
					t.Errorf("%s imports %s: the standard library only", pkg, imp)
				}
			case own == "internal/market", slices.Contains(allowed, own):
			default:
				t.Errorf("%s must not import %s", pkg, own)
			}
		}
	}
	for pkg := range arrows {
		if !seen[pkg] {
			t.Errorf("%s is listed and is not there", pkg)
		}
	}
	for pkg := range seen {
		switch name := pkg[strings.LastIndex(pkg, "/")+1:]; name {
		case "util", "utils", "common", "helpers", "models", "types", "manager":
			t.Errorf("%s: no package called %s", pkg, name)
		}
	}
}
