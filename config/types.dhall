{- Types of the configuration with their defaults, for completion: `T.Node::{ name = "db-1", address = "10.0.0.5" }`.
   Records may also be written without these types; meshwatch fills in the same defaults. -}
let Label = { mapKey : Text, mapValue : Text }

let Node =
      { Type =
          { name : Text
          , address : Text
          , port : Natural
          , job : Text
          }
      , default = { port = 9100, job = "node" }
      }

let Component =
      { Type =
          { name : Text
          , kind : Text
          , address : Text
          , port : Optional Natural
          , path : Optional Text
          }
      , default = { kind = "generic", port = None Natural, path = None Text }
      }

let Grouping =
      { Type =
          { by : List Text
          , groupWaitSeconds : Double
          , groupIntervalSeconds : Double
          , repeatIntervalSeconds : Double
          }
      , default =
        { by = [ "alertname", "job", "host", "platform" ]
        , groupWaitSeconds = 45.0
        , groupIntervalSeconds = 300.0
        , repeatIntervalSeconds = 43200.0
        }
      }

let SonarTarget = { Type = { platformName : Text, url : Text }, default = {=} }

let RuleOverride =
      { Type =
          { alert : Text
          , enabled : Bool
          , forSeconds : Optional Double
          , newSeverity : Optional Text
          , parameters : List Label
          , annotations : List Label
          }
      , default =
        { enabled = True
        , forSeconds = None Double
        , newSeverity = None Text
        , parameters = [] : List Label
        , annotations = [] : List Label
        }
      }

let Retention =
      { Type = { days : Natural, bytes : Natural, percent : Double }
      , default = { days = 15, bytes = 0, percent = 80.0 }
      }

in  { Label, Node, Component, Grouping, SonarTarget, RuleOverride, Retention }
