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

{- Sonar. The published forms need none of these; they check what you add. In a record without types, every field may be left out. -}
let SonarCriteria =
      { Type =
          { redirectHosts : List Text
          , accessSecondsMax : Double
          , runSecondsMax : Double
          , certificateDaysMin : Natural
          , replicationSecondsMax : Double
          , replicationRequired : Bool
          }
      , default =
        { redirectHosts = [] : List Text
        , accessSecondsMax = 0.0
        , runSecondsMax = 0.0
        , certificateDaysMin = 0
        , replicationSecondsMax = 0.0
        , replicationRequired = True
        }
      }

let SonarTarget =
      { Type =
          { platformName : Text
          , url : Text
          , accessMethod : Text
          , criteria : SonarCriteria.Type
          }
      , default = { accessMethod = "GET", criteria = SonarCriteria.default }
      }

let SonarTimeouts =
      { Type =
          { resolveSeconds : Double
          , connectSeconds : Double
          , tlsSeconds : Double
          , firstByteSeconds : Double
          , bodySeconds : Double
          , exchangeSeconds : Double
          , stepSeconds : Double
          }
      , default =
        { resolveSeconds = 5.0
        , connectSeconds = 5.0
        , tlsSeconds = 5.0
        , firstByteSeconds = 15.0
        , bodySeconds = 15.0
        , exchangeSeconds = 30.0
        , stepSeconds = 60.0
        }
      }

{- `grant` is PASSWORD, LOGIN_FORM, CLIENT_CREDENTIALS, API_KEY or API_KEY_FORM. The field `clientSecret`, a Secret, may stand beside these. -}
let SonarIdentityBroker =
      { Type =
          { issuer : Optional Text
          , clientId : Text
          , grant : Text
          , redirectUrl : Text
          , scopes : List Text
          , customerScope : Bool
          }
      , default =
        { issuer = None Text
        , clientId = ""
        , grant = "PASSWORD"
        , redirectUrl = "http://localhost/sonar"
        , scopes = [ "openid", "profile", "email" ]
        , customerScope = True
        }
      }

{- Local times in `timeZone`, such as "2026-03-01T17:00". No platforms means all. -}
let SonarWindow =
      { Type =
          { name : Text
          , from : Text
          , until : Text
          , timeZone : Text
          , platforms : List Text
          }
      , default =
        { name = "maintenance"
        , timeZone = "UTC"
        , platforms = [] : List Text
        }
      }

{- Days such as "MONDAY", times such as "17:00". -}
let SonarWeeklyWindow =
      { Type = SonarWindow.Type ⩓ { days : List Text }
      , default = SonarWindow.default
      }

{- `comparison` is EXISTS, EQUALS, MATCHES, AT_LEAST, AT_MOST or LENGTH_AT_LEAST. -}
let SonarJson =
      { Type = { path : Text, comparison : Text, value : Text }
      , default = { comparison = "EXISTS", value = "" }
      }

{- `secretHeaders`, a list of { name : Text, value : Secret }, may stand beside these. -}
let SonarStep =
      { Type =
          { name : Text
          , method : Text
          , url : Text
          , headers : List { name : Text, value : Text }
          , body : Text
          , withToken : Bool
          , statuses : List Natural
          , json : List SonarJson.Type
          , responseHeaders : List { name : Text, matches : Text }
          , secondsMax : Double
          , certificateDaysMin : Natural
          , platforms : List Text
          , capture : List { name : Text, path : Text }
          , always : Bool
          }
      , default =
        { method = "GET"
        , headers = [] : List { name : Text, value : Text }
        , body = ""
        , withToken = False
        , statuses = [] : List Natural
        , json = [] : List SonarJson.Type
        , responseHeaders = [] : List { name : Text, matches : Text }
        , secondsMax = 0.0
        , certificateDaysMin = 0
        , platforms = [] : List Text
        , capture = [] : List { name : Text, path : Text }
        , always = False
        }
      }

let SonarHistory =
      { Type = { days : Natural, megabytes : Natural }
      , default = { days = 30, megabytes = 256 }
      }

{- The address, a Secret, stands beside these as `url`. -}
let SonarHeartbeat =
      { Type = { seconds : Double, caFile : Optional Text }
      , default = { seconds = 60.0, caFile = None Text }
      }

let SonarDomainExpiry =
      { Type = { rdapUrl : Optional Text, names : List Text }
      , default = { rdapUrl = None Text, names = [] : List Text }
      }

let Targets =
      { Type = { addresses : List Text, labels : List Label }
      , default.labels = [] : List Label
      }

{- Objects of a Kubernetes cluster. `role` is node, pod, service, endpoints, endpointslice or ingress. Without `apiServer`: the cluster that
   meshwatch runs in. `connection`, a record, may stand beside these. -}
let Kubernetes =
      { Type =
          { role : Text
          , apiServer : Text
          , kubeconfigFile : Optional Text
          , namespaces : List Text
          , ownNamespace : Bool
          , selectors : List { role : Text, label : Text, field : Text }
          , attachNode : Bool
          , attachNamespace : Bool
          }
      , default =
        { apiServer = ""
        , kubeconfigFile = None Text
        , namespaces = [] : List Text
        , ownNamespace = False
        , selectors = [] : List { role : Text, label : Text, field : Text }
        , attachNode = False
        , attachNamespace = False
        }
      }

let Discovery =
      { Type =
          { files : List { files : List Text }
          , http : List { url : Text }
          , dns : List { names : List Text, type : Text, port : Natural }
          , kubernetes : List Kubernetes.Type
          }
      , default =
        { files = [] : List { files : List Text }
        , http = [] : List { url : Text }
        , dns = [] : List { names : List Text, type : Text, port : Natural }
        , kubernetes = [] : List Kubernetes.Type
        }
      }

{- Further targets. `connection`, `formats`, `limits`, `relabelRules` and others may stand beside these; see docs/scraping.md. -}
let ScrapeJob =
      { Type =
          { name : Text
          , intervalSeconds : Double
          , timeoutSeconds : Double
          , scheme : Text
          , path : Text
          , honorLabels : Bool
          , targets : List Targets.Type
          , discovery : Discovery.Type
          }
      , default =
        { intervalSeconds = 15.0
        , timeoutSeconds = 10.0
        , scheme = "https"
        , path = "/metrics"
        , honorLabels = False
        , targets = [] : List Targets.Type
        , discovery = Discovery.default
        }
      }

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

in  { Label
    , Node
    , Component
    , Grouping
    , SonarCriteria
    , SonarTarget
    , SonarTimeouts
    , SonarIdentityBroker
    , SonarWindow
    , SonarWeeklyWindow
    , SonarJson
    , SonarStep
    , SonarHistory
    , SonarHeartbeat
    , SonarDomainExpiry
    , Targets
    , Kubernetes
    , Discovery
    , ScrapeJob
    , RuleOverride
    , Retention
    }
